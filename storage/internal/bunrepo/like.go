package bunrepo

import "strings"

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// containing is the pattern of texts that hold s, for LIKE ? ESCAPE '\'.
func containing(s string) string { return "%" + likeEscaper.Replace(s) + "%" }
