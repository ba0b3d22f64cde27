#compdef keydeck
# Completions of keydeck for zsh. In a directory of $fpath as _keydeck, or in ~/.zshrc after compinit:
# source <(keydeck completions zsh)
_keydeck() {
    local program=${(Q)words[1]} line
    local -a ending going
    (( $+commands[$program] )) || [[ -x $program ]] || program=keydeck
    # Unquoted, and up to the cursor.
    for line in "${(@f)$("$program" complete zsh --index=$((CURRENT - 1)) -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null < /dev/null)}"; do
        [[ -n $line ]] || continue
        # What goes on after it: a directory, or a flag with its value.
        if [[ $line == *[/=] ]]; then going+=("$line"); else ending+=("$line"); fi
    done
    (( $#ending )) && _describe -V keydeck ending
    (( $#going )) && _describe -V keydeck going -S ''
    return 0
}
if [[ ${funcstack[1]} == _keydeck ]]; then
    _keydeck "$@"
else
    compdef _keydeck keydeck
fi
