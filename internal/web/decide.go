package web

import (
	"fmt"
	"net/url"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

// decideNames accepts or rejects all names of a part that wait: a person looks at them as a list. What somebody else has
// decided meanwhile stays as it is.
func (v *visit) decideNames() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	_, finds, text, err := v.s.c.Reader.Get(v.ctx(), id)
	if err != nil {
		return err
	}
	bounds := partsOf(text)
	part := min(max(int(wholeNumber(f.Get("part"))), 1), len(bounds)-1)
	dec := reader.Decision{Accept: f.Get("decision") == "accept", Reason: f.Get("reason")}
	v.back = "/documents/" + string(id)
	for _, x := range openNames(within(finds, bounds[part-1], bounds[part])) {
		if _, err := v.s.c.Reader.Decide(v.ctx(), v.who, id, x.No, dec); err != nil && fault.KindOf(err) != fault.Conflict {
			if !v.refused(err, func(string) string { return "names" }) {
				return err
			}
			return v.showDocument(id, int64(part), url.Values{}, retry{})
		}
	}
	done := "rejected"
	if dec.Accept {
		done = "accepted"
	}
	return v.to(fmt.Sprintf("/documents/%s?part=%d#names", id, part), done)
}

// decide accepts a finding, as it was read or corrected, or rejects it. An agreement opens where it was entered; all else
// goes on in the document.
func (v *visit) decide() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	no := int(wholeNumber(v.r.PathValue("no")))
	dec := reader.Decision{Accept: f.Get("decision") != "reject", Reason: f.Get("reason"), Indicator: f.Get("indicator")}
	again := retry{no: no, form: "reject", typed: v.r.PostForm}
	if f.Get("decision") == "correct" {
		again.form, dec.Correct = "correct", map[string]string{}
		for name, values := range v.r.PostForm {
			if field, ok := strings.CutPrefix(name, "f."); ok && len(values) > 0 {
				dec.Correct[field] = values[0]
			}
		}
	}
	x, err := v.s.c.Reader.Decide(v.ctx(), v.who, id, no, dec)
	if err != nil {
		v.back = "/documents/" + string(id)
		if !v.refused(err, func(field string) string {
			if again.form == "correct" {
				return fmt.Sprintf("f%d-%s", no, field)
			}
			return fmt.Sprintf("f%d", no)
		}) {
			return err
		}
		return v.showDocument(id, max(wholeNumber(f.Get("part")), 1), v.r.PostForm, again)
	}
	done := "rejected"
	if dec.Accept {
		done = "accepted"
	}
	if x.Became != "" && x.Kind == reader.Agreement {
		return v.to(x.Became, done)
	}
	return v.to(v.backTo(id, fmt.Sprintf("f%d", no)), done)
}

// backTo is the document with the part and the filter that the form came from.
func (v *visit) backTo(id unit.ID, anchor string) string {
	q := url.Values{"part": {fmt.Sprint(max(wholeNumber(v.r.PostFormValue("part")), 1))}}
	for _, k := range []string{"kind", "state"} {
		if s := v.r.PostFormValue(k); s != "" {
			q.Set(k, s)
		}
	}
	return "/documents/" + string(id) + "?" + q.Encode() + "#" + anchor
}

// undo lets a decided finding wait again.
func (v *visit) undo() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	no := int(wholeNumber(v.r.PathValue("no")))
	if _, err := v.s.c.Reader.Undo(v.ctx(), v.who, id, no); err != nil {
		v.back = "/documents/" + string(id)
		if !v.refused(err, func(string) string { return fmt.Sprintf("f%d", no) }) {
			return err
		}
		return v.showDocument(id, max(wholeNumber(f.Get("part")), 1), v.r.PostForm, retry{})
	}
	return v.to(v.backTo(id, fmt.Sprintf("f%d", no)), "undone")
}

// publishDocument lets everybody see the accepted facts of a document, or takes that back.
func (v *visit) publishDocument() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	public := f.Get("public") == "yes"
	if err := v.s.c.Reader.Publish(v.ctx(), v.who, id, public); err != nil {
		return err
	}
	done := "hidden"
	if public {
		done = "published"
	}
	return v.to("/documents/"+string(id), done)
}
