package web

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/reader"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

// functions are the few things a template may do besides showing.
func functions(lang fault.Lang) template.FuncMap {
	t := func(zh, en string) string { return fault.Words{zh, en}.In(lang) }
	return template.FuncMap{
		"t":          t,
		"counted":    func(n any, zh, one, many string) string { return fault.Counted(n, zh, one, many).In(lang) },
		"count":      func(n any, zh, one, many string) string { return fault.Count(n, zh, one, many).In(lang) },
		"person":     func(name string) string { return personName(lang, name) },
		"words":      func(w [2]string) string { return fault.Words(w).In(lang) },
		"keySum":     func(f unit.Fen) keySum { return keySumOf(f, lang) },
		"keyCount":   keyCount,
		"yuan":       func(f unit.Fen) string { return f.String() },
		"time":       func(at time.Time) string { return showTime(at, lang) },
		"iso":        func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"day":        func(d unit.Day) string { return d.String() },
		"due":        func(at time.Time) string { return showDue(at, lang) },
		"short":      shortDigest,
		"query":      url.QueryEscape,
		"add":        func(a, b int) int { return a + b },
		"join":       func(sep string, parts []string) string { return strings.Join(parts, sep) },
		"value":      func(x scheme.Value) string { return x.In(lang) },
		"saw":        func(a scheme.Answer) string { return casework.Saw(a).In(lang) },
		"sentence":   func(f *fault.Error) string { return f.Sentence(lang) },
		"place":      func(code any) string { return placeName(unit.Region(fmt.Sprint(code))).In(lang) },
		"orgKind":    func(kind string) string { return registry.KindWords(kind).In(lang) },
		"label":      func(l string) string { return registry.LabelWords(l).In(lang) },
		"mark":       func(m registry.Mark) string { return registry.MarkWords(m).In(lang) },
		"tie":        func(kind string) string { return tieWords(kind).In(lang) },
		"seal":       sealOf,
		"class":      sealClass,
		"lamp":       lamp,
		"step":       func(n federation.Neighbour) bool { return n.OK && !n.Late && n.Problem == nil },
		"stepWord":   func(n federation.Neighbour) string { return stepWord(n).In(lang) },
		"holder":     func(waits []casework.Wait) holderView { return holderOf(waits, lang) },
		"sight":      func(x casework.Sight) string { return sightWords(x).In(lang) },
		"newKey":     func() string { return string(unit.NewID(time.Now())) },
		"casePath":   casePath,
		"codeWord":   func(part, code string) string { return codeWord(part, code).In(lang) },
		"faultWord":  func(code string) string { return faultWord(lang, code) },
		"role":       func(id string) string { return roleWords(id).In(lang) },
		"roleFields": func(f *form, roles []access.Role) roleFields { return rolesOf(f, roles, lang) },
		"field":      drawField,
		"option":     func(value, name string) option { return option{value, name} },
		"options":    func(all ...option) []option { return all },
		"warning":    func(s string) string { return warningWords(s).In(lang) },
		"repair":     func(kind string) string { return repairWords(kind).In(lang) },
		"ofKind":     func(k reader.SubjectKind) string { return subjectKindWords(k).In(lang) },
		"subjDone":   func(act string) string { return subjectStepWords(act).In(lang) },
		"pair":       func(a, b toldView) []toldView { return []toldView{a, b} },
		"empty":      func(head, text, path, link string) emptyView { return emptyView{head, text, path, link} },
		"onlyIf":     func(yes bool, path string) string { return map[bool]string{true: path}[yes] },
		"form":       func(f agreement.Form) string { return formWords(f).In(lang) },
		"fit":        func(f casework.Fit) string { return fitWords(f).In(lang) },
		"waitsOf":    waitsOf,
		"stateOf":    func(s agreement.State) string { return stateWords(s).In(lang) },
		"level":      func(l string) string { return levelWords(l).In(lang) },
		"partyPath":  partyPath,
		"drawPath":   drawPath,
		"verifier": func(w agreement.Verifier) string {
			if w.Kind == agreement.ByOffice {
				return t("办公室", "the office")
			}
			return w.Party.Name
		},
		"percent":   func(m agreement.Measure) int { n, _ := m.Percent(); return n },
		"listState": func(s string) string { return listState(s).In(lang) },
		"lineState": func(s string) string { return lineState(s).In(lang) },
		"share":     func(a, b, whole unit.Fen) int { return sharePercent(a+b, whole) },
		"get":       func(f url.Values, name string) string { return f.Get(name) },

		"statementState": func(s string) string { return stateWord(s).In(lang) },
		"orderWord":      func(s string) string { return orderWord(s).In(lang) },
		"differWord":     func(f string) string { return differWord(f).In(lang) },
		"differValue":    func(field, value string) string { return differValue(field, value).In(lang) },
		"signatureOf":    signatureOf,
		"tenths":         func(n int64) string { return fmt.Sprintf("%d.%d", n/10, n%10) },
		"lineDays":       func(l statement.Line) string { return lineDays(l).In(lang) },
	}
}

// roleFields are the fields that name a role, on a form.
type roleFields struct {
	Form  *form
	Roles []option
}

func rolesOf(f *form, roles []access.Role, lang fault.Lang) roleFields {
	x := roleFields{Form: f}
	for _, r := range roles {
		x.Roles = append(x.Roles, option{r.ID, fault.Words{r.ZH, r.EN}.In(lang)})
	}
	return x
}

func roleWords(id string) fault.Words {
	if r, ok := access.RoleOf(id); ok {
		return fault.Words{r.ZH, r.EN}
	}
	return fault.Words{id, id}
}

// emptyView is what stands where a list has nothing yet: what will appear, and what to do.
type emptyView struct{ Head, Text, Path, Link string }

// beijing is the civil time of the nodes we know; a node elsewhere shows its own (unit.Beijing is data there).
var beijing = unit.Beijing()

func showTime(t time.Time, lang fault.Lang) string {
	if t.IsZero() {
		return "—"
	}
	if lang == fault.EN {
		return t.In(beijing).Format("2 Jan 2006 15:04")
	}
	return t.In(beijing).Format("2006年1月2日 15:04")
}

var weekdays = [7]fault.Words{{"周日", "Sun"}, {"周一", "Mon"}, {"周二", "Tue"}, {"周三", "Wed"}, {"周四", "Thu"}, {"周五", "Fri"}, {"周六", "Sat"}}

// showDue is the last moment in time of a due time, which is the moment after it: a whole day, or an hour.
func showDue(t time.Time, lang fault.Lang) string {
	if t.IsZero() {
		return fault.Words{"没有时限", "no time limit"}.In(lang)
	}
	last := t.Add(-time.Second).In(beijing)
	day := unit.DayOf(last, beijing).String() + " " + weekdays[last.Weekday()].In(lang)
	if last.Hour() == 23 && last.Minute() == 59 {
		return day
	}
	return day + t.In(beijing).Format(" 15:04")
}

func shortDigest(s string) string {
	if len(s) <= 16 {
		return s
	}
	return s[:6] + "…" + s[len(s)-6:]
}

//go:embed seals.yaml
var sealsFile []byte

// seals are the characters of seals.yaml, by the first two digits of a code.
var seals = func() (m map[string]string) {
	if err := yaml.Unmarshal(sealsFile, &m); err != nil {
		panic(fmt.Sprintf("web: seals.yaml: %v", err)) // it is embedded, so that is a mistake of the build
	}
	return m
}()

// sealOf is the character on a jurisdiction's seal; one without a character of its own shows its code.
func sealOf(code string) string {
	two := code[:min(2, len(code))]
	if s, ok := seals[two]; ok {
		return s
	}
	return two
}

// sealClass is the colour class of a jurisdiction in look.css.
func sealClass(code string) string { return "r" + code[:min(2, len(code))] }

func placeName(r unit.Region) fault.Words {
	if r == "" {
		return fault.Words{"—", "—"}
	}
	name := unit.GB2260().FullName(r, unit.DayOf(time.Now(), beijing))
	if name[0] == "" {
		return fault.Words{string(r), string(r)}
	}
	return name
}

// tieWords is what people call a kind of relation.
func tieWords(kind string) fault.Words {
	return wordOf(map[string]fault.Words{registry.Share: {"持股", "holds"}, registry.Controls: {"实际控制人", "actual controller"},
		registry.LegalPerson: {"法定代表人", "legal representative"}, registry.DeclaredTie: {"申报的关联", "declared tie"}}, kind)
}

func stepWord(n federation.Neighbour) fault.Words {
	switch {
	case n.Problem != nil:
		return fault.Words{"不可信", "not true"}
	case n.Seen.IsZero():
		return fault.Words{"未联系", "not yet"}
	case n.Late || !n.OK:
		return fault.Words{"失联", "silent"}
	}
	return fault.Words{"同步", "in step"}
}

// roles are the words of what who is signed in holds.
func (v *visit) roles() string {
	var out []string
	seen := map[string]bool{}
	for _, g := range v.who.Grants {
		if r, ok := access.RoleOf(g.Role); ok && !seen[r.ID] {
			seen[r.ID] = true
			out = append(out, v.t(r.ZH, r.EN))
		}
	}
	return strings.Join(out, v.t("、", ", "))
}

// lampView is the class and the word of a task's lamp, and how many working days it is about.
type lampView struct {
	Class string
	Words fault.Words
	Note  fault.Words
}

func lamp(l agreement.Lamp) lampView {
	left, late := fault.Count(l.LeftDays, "个工作日", "working day left", "working days left"), fault.Count(l.LateDays, "个工作日", "working day", "working days")
	left[0], late = "还剩 "+left[0], fault.Words{"过了 " + late[0], "by " + late[1]}
	switch {
	case l.Light == agreement.Done:
		return lampView{Class: "none", Words: fault.Words{"已办结", "Done"}}
	case l.Light == agreement.Ended:
		return lampView{Class: "none", Words: fault.Words{"已终止", "Ended"}}
	case l.Light == agreement.Check && l.LateDays > 0:
		return lampView{"warn", fault.Words{"核验超时", "Verification late"}, late}
	case l.Light == agreement.Check:
		return lampView{"none", fault.Words{"等待核验", "Being verified"}, left}
	case l.Light == agreement.Red:
		return lampView{"stop", fault.Words{"已逾期", "Late"}, late}
	case l.LateDays > 0:
		return lampView{"warn", fault.Words{"刚过期", "Just late"}, late}
	case l.Light == agreement.Amber:
		return lampView{"warn", fault.Words{"临期", "Due soon"}, left}
	}
	return lampView{"ok", fault.Words{"按期", "On time"}, left}
}

// holderView says who has to act in a case, and until when.
type holderView struct {
	Roles, Actions string
	Due            time.Time // the earliest
	Late           bool
	Provisional    bool
}

func holderOf(waits []casework.Wait, lang fault.Lang) holderView {
	var h holderView
	var roles, actions []string
	timed := false // somebody has a time limit; who only may act is then not the one who has to
	for _, w := range waits {
		timed = timed || w.Role != "clock" && !w.Due.IsZero()
	}
	for _, w := range waits {
		if w.Role == "clock" || timed && w.Due.IsZero() {
			continue
		}
		roles, actions = appendNew(roles, w.Words.In(lang)), appendNew(actions, w.ActionWords.In(lang))
		if !w.Due.IsZero() && (h.Due.IsZero() || w.Due.Before(h.Due)) {
			h.Due, h.Provisional = w.Due, w.Provisional
		}
		h.Late = h.Late || w.Late
	}
	sep := fault.Words{"、", ", "}.In(lang)
	h.Roles, h.Actions = strings.Join(roles, sep), strings.Join(actions, sep)
	if h.Roles == "" {
		h.Roles = fault.Words{"到时自动办理", "the clock"}.In(lang)
	}
	return h
}

func appendNew(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

func sortedKeys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// caseOf is the case that a leaf, a posting or a line of the journal is about.
func caseOf(object string) (unit.ID, bool) {
	text, ok := strings.CutPrefix(object, "case/")
	if !ok {
		return "", false
	}
	id, err := unit.ParseID(text)
	return id, err == nil
}

func casePath(object string) string {
	if id, ok := caseOf(object); ok {
		return "/cases/" + string(id)
	}
	return ""
}
