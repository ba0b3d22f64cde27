# Completions of keydeck for PowerShell. In $PROFILE: keydeck completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName keydeck -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $word = $wordToComplete.Trim("'", '"')
    # An empty word could get lost on the way.
    $given = if ($word -eq '') { $words } else { $words + $word }
    keydeck complete powershell --index=$($words.Count) -- @given 2> $null | ForEach-Object {
        $value, $about = $_.Split("`t", 2)
        $text = if ($value -match '[^\w./:=@%+,-]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
