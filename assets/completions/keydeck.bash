# Completions of keydeck for bash, from 3.2 on. In ~/.bashrc: source <(keydeck completions bash)
_keydeck() {
    local program=$1 reply
    type -P -- "$program" > /dev/null || program=keydeck
    COMPREPLY=()
    while IFS= read -r reply; do
        COMPREPLY+=("$reply")
    done < <("$program" complete bash --breaks="$COMP_WORDBREAKS" -- "${COMP_LINE:0:COMP_POINT}" 2> /dev/null < /dev/null)
    # What goes on after it: a directory, or a flag with its value.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
        compopt -o nospace 2> /dev/null
    fi
    return 0
}
if [[ ${BASH_VERSINFO[0]} -gt 4 || ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 ]]; then
    complete -o nosort -F _keydeck keydeck
else
    complete -F _keydeck keydeck
fi
