package web

import (
	"strings"
	"unicode"

	"corridor/internal/fault"
)

// personName is a person's name as the reader's language writes it. A name is one text, as its owner wrote it; where it
// is written in two scripts, the Chinese first and parted by " / ", each reader is shown one of them.
func personName(lang fault.Lang, name string) string {
	if name == "clock" { // access.System: nobody did it
		return fault.Words{"到期自动办理", "by the clock"}.In(lang)
	}
	zh, latin, both := strings.Cut(name, " / ")
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	if !both || !han(zh) || han(latin) {
		return name
	}
	return fault.Words{zh, latin}.In(lang)
}
