package scheme

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"corridor/internal/unit"
)

var (
	moneyForm    = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,2})? yuan$`)
	ratioForm    = regexp.MustCompile(`^\d{1,3}(\.\d{1,7})?%$`)
	countForm    = regexp.MustCompile(`^-?\d{1,15}$`)
	scoreForm    = regexp.MustCompile(`^\d{1,6}\.\d{1,2}$`)
	durationForm = regexp.MustCompile(`^(\d{1,5}) (wd|d|h|y)$`)
	dayForm      = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	cycleForm    = regexp.MustCompile(`^every (\d{2}-\d{2}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d{1,3} months)$`)
	nameForm     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	idForm       = regexp.MustCompile(`^[a-z][a-z0-9-]{0,59}$`)
)

// reserved are words of CEL and of this language that are no names of params, rules and the like.
var reserved = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`in as break const continue else false for function if import let loop package namespace null
		return true var void while zero today year stage scheme jurisdiction form firm parent clock itself round none reason rest next this
		min max share floor_yuan floor_to recognised on_list has_label related unused in_region count_regions count_of sum_of steps already
		available balance paid_out unknown`) {
		reserved[w] = true
	}
}

// parseLiteral reads one value as it is written in a pack. ok is false when it begins like a number and has no
// known unit. What is between quotes is a text.
func parseLiteral(text string, quoted bool) (v Value, ok bool) {
	if quoted {
		return TextValue(text), true
	}
	switch {
	case moneyForm.MatchString(text):
		f, err := unit.ParseFen(strings.TrimSuffix(text, " yuan"))
		return MoneyValue(f), err == nil
	case ratioForm.MatchString(text):
		r, err := unit.ParseRatio(text)
		return RatioValue(r), err == nil
	case countForm.MatchString(text):
		n, err := strconv.ParseInt(text, 10, 64)
		return CountValue(n), err == nil
	case scoreForm.MatchString(text):
		return Value{Kind: Score, Int: hundredths(text)}, true
	case dayForm.MatchString(text):
		d, err := unit.ParseDay(text)
		return DayValue(d), err == nil
	case cycleForm.MatchString(text):
		return Value{Kind: Cycle, Text: strings.TrimPrefix(text, "every ")}, soundCycle(text)
	case text == "true" || text == "false":
		return YesNoValue(text == "true"), true
	case text == "" || text[0] >= '0' && text[0] <= '9' || text[0] == '-' || text[0] == '+' || strings.HasPrefix(text, "every "):
		if m := durationForm.FindStringSubmatch(text); m != nil {
			n, err := strconv.ParseInt(m[1], 10, 64)
			return Value{Kind: Duration, Int: n, Text: m[2]}, err == nil
		}
		return Value{}, false
	}
	return TextValue(text), true
}

// soundCycle says whether the day of a yearly cycle is in the calendar, and the months are not none.
func soundCycle(text string) bool {
	rest := strings.TrimPrefix(text, "every ")
	if n, ok := strings.CutSuffix(rest, " months"); ok {
		return atoi(n) > 0
	}
	if m, d, ok := strings.Cut(rest, "-"); ok {
		return unit.Date(2000, time.Month(atoi(m)), atoi(d)).Valid()
	}
	return true
}

// hundredths reads a decimal with at most two places.
func hundredths(text string) int64 {
	whole, frac, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// literal reads a param's value: one value, a list of one kind, or a table of one kind.
func (d *decoder) literal(n *node) Value {
	switch n.kind {
	case textNode:
		v, ok := parseLiteral(n.text, n.quoted)
		if !ok {
			d.at(n.pos, "param.unit", "text", n.text)
		}
		return v
	case listNode:
		out := Value{Kind: List}
		for _, x := range n.items {
			out.List = append(out.List, d.literal(x))
			d.oneKind(out, x)
		}
		return out
	case mapNode:
		out := Value{Kind: Table}
		for i, x := range n.items {
			out.Keys = append(out.Keys, n.keys[i].text)
			out.List = append(out.List, d.literal(x))
			d.oneKind(out, x)
		}
		return out
	}
	d.at(n.pos, "param.unit", "text", "")
	return Value{}
}

// oneKind refuses a list or table of mixed kinds at the entry that differs.
func (d *decoder) oneKind(v Value, last *node) {
	n := len(v.List)
	if a, b := v.List[0].Kind, v.List[n-1].Kind; a != b && b != Unknown && a != Unknown {
		d.at(last.pos, "rule.unit", "why", both(kindWords[a], kindWords[b]))
	}
}

// typed reads a value of a known kind, as facts of tests and pinned params give it. unknown is a value.
func typed(n *node, want Kind, elem Kind) (Value, bool) {
	if n.kind == textNode && n.text == "unknown" && !n.quoted {
		return Value{}, true
	}
	switch want {
	case List:
		if n.kind != listNode {
			return Value{}, false
		}
		out := Value{Kind: List}
		for _, x := range n.items {
			v, ok := typed(x, elem, "")
			if !ok {
				return Value{}, false
			}
			out.List = append(out.List, v)
		}
		return out, true
	case Group:
		return TextValue("row"), true
	case YesNo:
		return YesNoValue(n.text == "true"), n.text == "true" || n.text == "false"
	case Score:
		if scoreForm.MatchString(n.text) || countForm.MatchString(n.text) {
			return Value{Kind: Score, Int: hundredths(n.text)}, true
		}
		return Value{}, false
	case Money, Ratio, Count, Day, Duration, Cycle:
		v, ok := parseLiteral(n.text, false)
		return v, ok && v.Kind == want
	}
	return Value{Kind: want, Text: n.text}, n.kind == textNode
}
