package scheme

import (
	"strings"

	"corridor/internal/fault"
)

// stages reads the table of stages and what hangs on it: ends, pauses, times, needs, separate, publish.
func (d *decoder) stages() {
	s := d.s
	s.Pauses, s.Times, s.Needs, s.Publish = map[string]string{}, map[string]string{}, map[string][]string{}, map[string]Leaf{}
	if n := s.root.get("stages"); n != nil && d.want(n, listNode, "列表", "a list") {
		if len(n.items) > rowsMax {
			d.at(n.items[rowsMax].pos, "file.too_big", "what", tooBig["rows"], "most", rowsMax)
			return
		}
		for _, r := range n.items {
			d.row(r)
		}
	} else if n == nil {
		d.at(d.mark("scheme"), "stage.row")
	}
	d.each("ends", isWord, func(name string, k, v *node) {
		e := End(v.text)
		if e != Granted && e != Refused && e != Ended {
			d.unknown(v.pos, "end", v.text, []string{"granted", "refused", "ended"})
		}
		s.Ends.add(name, e)
	})
	d.each("pauses", isWord, func(name string, k, v *node) { s.Pauses[name] = v.text })
	d.each("times", isWord, func(name string, k, v *node) { s.Times[name] = v.text })
	d.each("needs", isWord, func(name string, k, v *node) {
		s.Needs[name] = d.list(v)
		seen := map[string]bool{}
		for i, x := range v.items {
			s.marks[markOf("needs", name, i)] = x.pos
			if seen[x.text] {
				d.at(x.pos, "needs.twice", "name", x.text)
			}
			seen[x.text] = true
		}
	})
	if n := s.root.get("separate"); n != nil && d.want(n, listNode, "列表", "a list") {
		for _, p := range n.items {
			if p.kind != listNode || len(p.items) != 2 {
				d.at(p.pos, "file.shape", "want", fault.Words{"[办理, 办理]", "[action, action]"})
				continue
			}
			s.Separate = append(s.Separate, [2]string{p.items[0].text, p.items[1].text})
			s.separateAt = append(s.separateAt, [2]Pos{p.items[0].pos, p.items[1].pos})
		}
	}
	d.each("publish", isWord, func(name string, k, v *node) {
		if !d.keys(v, publishKeys) {
			return
		}
		l := Leaf{Name: d.text(v, "leaf"), Shows: d.list(v.get("shows")), At: k.pos}
		if l.Name == "" {
			d.at(k.pos, "file.shape", "want", fault.Words{"leaf: 名称", "leaf: a name"})
		}
		if sh := v.get("shows"); sh != nil {
			for i, x := range sh.items {
				s.marks[markOf("publish", name, i)] = x.pos
			}
		}
		s.Publish[name] = l
	})
}

// row reads one row: from, action, to, who, clock.
func (d *decoder) row(n *node) {
	if n.kind != listNode || len(n.items) != 5 {
		d.at(n.pos, "stage.row")
		return
	}
	for _, c := range n.items {
		if c.kind != textNode && c.kind != nullNode {
			d.at(c.pos, "stage.row")
			return
		}
	}
	c := n.items
	row := Row{From: c[0].text, Action: c[1].text, To: c[2].text, Who: parted(c[3].text), Clock: strings.TrimSpace(c[4].text),
		At: n.pos, fromAt: c[0].pos, actionAt: c[1].pos, toAt: c[2].pos, whoAt: c[3].pos, clockAt: c[4].pos}
	if row.Clock == "" {
		row.Clock = "none"
	}
	for i, x := range c[:3] {
		if !isWord(x.text) {
			d.at(x.pos, "name.form", "name", x.text)
			_ = i
		}
	}
	d.s.Stages = append(d.s.Stages, row)
}

// moneyLines reads the lines of money, labels and amounts that move.
func (d *decoder) moneyLines() {
	s := d.s
	s.Labels = map[string][]LabelLine{}
	d.each("money", nil, func(name string, k, v *node) {
		lines := []*node{v}
		if v.kind == listNode {
			lines = v.items
		}
		for _, l := range lines {
			if !d.want(l, textNode, "资金条目", "a money line") {
				continue
			}
			line, ok := parseMoney(l.text)
			if !ok {
				d.at(l.pos, "money.line", "text", l.text)
				continue
			}
			line.Action, line.At = name, l.pos
			s.Money = append(s.Money, line)
		}
	})
	d.each("labels", isWord, func(name string, k, v *node) {
		lines := []*node{v}
		if v.kind == listNode {
			lines = v.items
		}
		for _, line := range lines {
			l, ok := parseLabel(line.text)
			if !ok {
				d.at(line.pos, "label.line", "text", line.text)
				continue
			}
			l.At = line.pos
			s.Labels[name] = append(s.Labels[name], l)
		}
	})
	s.sameTerm()
}

// parseMoney reads one money line; the grammar is in the language description, section 5.
func parseMoney(text string) (MoneyLine, bool) {
	l := MoneyLine{Text: text}
	t := text
	if rest, ok := strings.CutSuffix(t, ", last"); ok {
		t, l.Last = rest, true
	}
	w := strings.Fields(t)
	words := func(form string) bool {
		f := strings.Fields(form)
		if len(f) != len(w) {
			return false
		}
		l.Amount, l.Hold, l.From, l.To = "", "", "", ""
		for i, x := range f {
			switch x {
			case "A":
				l.Amount = w[i]
			case "H":
				l.Hold = w[i]
			case "FROM":
				l.From = w[i]
			case "TO":
				l.To = w[i]
			default:
				if w[i] != x {
					return false
				}
				continue
			}
			if !isName(w[i]) {
				return false
			}
		}
		return true
	}
	if len(w) > 0 {
		l.Verb = w[0]
	}
	switch {
	case words("hold A from FROM as H"), words("release H"), words("post A from FROM to TO"):
		return l, !l.Last
	case words("capture A of H to TO"):
		return l, true
	case words("capture next A of H to TO"):
		l.Next = true
		return l, true
	case words("post this A from FROM to TO"):
		l.This = true
		return l, !l.Last
	case words("post rest of FROM to TO"):
		l.Rest = true
		return l, !l.Last
	}
	return MoneyLine{}, false
}

// sameTerm lets a line that renews without a term of its own renew for the term that the label is issued for.
func (s *Scheme) sameTerm() {
	issued := map[string]string{}
	for _, lines := range s.Labels {
		for _, l := range lines {
			if l.Verb == "issue" {
				issued[l.Label] = l.For
			}
		}
	}
	for _, lines := range s.Labels {
		for i, l := range lines {
			if l.Verb == "renew" && l.For == "" {
				lines[i].For, lines[i].Next = issued[l.Label], true
			}
		}
	}
}

// parseLabel reads `issue L to X for param`, `issue L to X`, `renew L`, `renew L for param`, `revoke L`.
func parseLabel(text string) (LabelLine, bool) {
	w := strings.Fields(text)
	switch {
	case len(w) == 2 && (w[0] == "renew" || w[0] == "revoke"):
		return LabelLine{Verb: w[0], Label: w[1]}, isWord(w[1])
	case len(w) == 4 && w[0] == "renew" && w[2] == "for":
		return LabelLine{Verb: w[0], Label: w[1], For: w[3]}, isWord(w[1])
	case (len(w) == 4 || len(w) == 6 && w[4] == "for") && w[0] == "issue" && w[2] == "to":
		l := LabelLine{Verb: "issue", Label: w[1], To: w[3]}
		if len(w) == 6 {
			l.For = w[5]
		}
		return l, isWord(w[1])
	}
	return LabelLine{}, false
}
