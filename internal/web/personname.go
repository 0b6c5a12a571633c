package web

import (
	"strings"
	"unicode"

	"corridor/internal/fault"
)

// byItself says for people what acted where no person did: the names that access.System is asked for.
var byItself = map[string]fault.Words{
	"clock":     {"到期自动办理", "by the clock"},
	"itself":    {"条件满足，自动办理", "by itself, as soon as its rules passed"},
	"letter":    {"依邻站来信办理", "by a letter of a neighbour"},
	"slots":     {"依时段自动办理", "by the node, for a slot"},
	"catalogue": {"由资源目录自动办理", "by the catalogue"},
	"import":    {"成批导入", "by an import"},
	"post":      {"由运维命令录入", "by a command of the operator"},
}

// personName is a person's name as the reader's language writes it. A name is one text, as its owner wrote it; where it
// is written in two scripts, the Chinese first and parted by " / ", each reader is shown one of them.
func personName(lang fault.Lang, name string) string {
	if w, nobody := byItself[name]; nobody {
		return w.In(lang)
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
