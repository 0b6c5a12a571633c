package scheme

import (
	"strconv"

	"corridor/internal/fault"
)

// sheetTests runs the tests that stand in a sheet: facts of a disclosure, and what lines, conditions and the total come to. Each line
// has to be given points by one of them, and each condition has to pass and to fail in one.
func (d *decoder) sheetTests(sh *Sheet) {
	got := map[string]map[string]bool{} // what a line or condition came to in some test that names it
	names := map[string]bool{}
	n := d.s.root.get("tests")
	if n != nil && n.kind != nullNode && d.want(n, listNode, "列表", "a list") {
		for _, x := range n.items {
			if x = named(x); !d.keys(x, sheetTestKeys) {
				continue
			}
			name := d.text(x, "name")
			if names[name] {
				d.at(x.pos, "test.twice", "name", name)
			}
			names[name] = true
			d.sheetTest(sh, name, x, got)
		}
	}
	if len(d.problems) > 0 {
		return
	}
	reading := fault.Words{"评分", "the reading"}
	for name, l := range sh.Lines.All() {
		if len(got[name]) == 0 {
			d.at(l.At, "rule.untested", "name", name, "action", reading, "which", fault.Words{"得分", "give points"})
		}
	}
	for name, r := range d.s.Rules.All() {
		for i, res := range []Result{Pass, Fail} {
			if !got[name][string(res)] {
				d.at(r.At, "rule.untested", "name", name, "action", reading, "which", []fault.Words{{"通过", "pass"}, {"不通过", "fail"}}[i])
			}
		}
	}
}

// sheetTest runs one test and compares what it names.
func (d *decoder) sheetTest(sh *Sheet, name string, x *node, got map[string]map[string]bool) {
	facts := &factSet{values: map[string]Value{}}
	if w := x.get("with"); w != nil {
		facts = d.given(w)
	}
	want := x.get("want")
	if want == nil || !d.want(want, mapNode, "键和值", "keys with values") {
		d.at(x.pos, "file.shape", "want", fault.Words{"want：某行或合计的分数、条件的结论", "want: points of lines or the total, answers of conditions"})
		return
	}
	scored, err := sh.Score(testFacts{d.s, facts})
	if err != nil {
		d.at(x.pos, "test.failed", "name", name, "got", err.Error(), "want", want.text)
		return
	}
	came := scored.called()
	for i, k := range want.keys {
		is, there := came[k.text]
		switch said := want.items[i].text; {
		case !there:
			d.at(k.pos, "test.unknown", "name", k.text, "meant", meant(k.text, sortedKeys(came)))
		case is != said:
			d.at(want.items[i].pos, "test.failed", "name", name+" "+k.text, "got", is, "want", said)
		case is != string(NotKnown):
			if got[k.text] == nil {
				got[k.text] = map[string]bool{}
			}
			got[k.text][is] = true
		}
	}
}

// called is what each line, each condition and the total came to, as tests write it.
func (x Scored) called() map[string]string {
	out := map[string]string{"total": strconv.FormatInt(x.Total, 10)}
	for _, l := range x.Lines {
		if out[l.Name] = string(NotKnown); l.Known {
			out[l.Name] = strconv.FormatInt(l.Points, 10)
		}
	}
	for _, r := range x.Rules {
		out[r.Name] = string(r.Result)
	}
	return out
}
