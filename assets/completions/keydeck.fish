# Completions of keydeck for fish. In ~/.config/fish/completions/keydeck.fish
function __keydeck_complete
    set --local before (commandline --current-process --tokenize --cut-at-cursor)
    keydeck complete fish --index=(count $before) -- $before (commandline --current-token --cut-at-cursor) 2> /dev/null < /dev/null
end
complete --command keydeck --no-files --keep-order --arguments '(__keydeck_complete)'
