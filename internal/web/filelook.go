package web

import (
	"errors"
	"slices"
	"strings"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader/extract"
	"corridor/internal/scheme"
)

const (
	leavesShown = 10   // of a file on one page
	leafRunes   = 6000 // of text in one leaf: a longer page is several
)

// lookable are the types of files of which something can be shown beside text: by what the bytes were found to be.
var lookable = []string{"application/pdf", "image/png", "image/jpeg", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}

// canLook says whether there is something to look at in a file of this type.
func canLook(kind string) bool {
	return strings.HasPrefix(kind, "text/") || slices.Contains(lookable, kind)
}

// lookedCase is the case whose file is looked at, of this node or of another.
type lookedCase struct {
	Path, No       string
	Title, OrgName fault.Words
	Synthetic      bool
}

// lookPage shows a file of a case without opening it: its text with what the form says marked in it, or its picture drawn anew.
type lookPage struct {
	Case    lookedCase
	File    fileView
	Why     error  // why there is nothing to see; nil where there is
	Picture string // address of the picture; "" for a text
	Width   int    // of the picture, in pixels
	Height  int
	Paged   bool // the leaves are the pages of the file
	Cut     bool // there is more text than is shown
	Leaves  []leaf
	Marked  bool // what is sought was looked for
	Sought  []sought
	Rules   []ruleLooks
	Pager   pager
}

// ruleLooks is a rule of a decision that waits for this person, which reads the part of the form that the file was brought for.
type ruleLooks struct {
	Words  fault.Words
	Result scheme.Result
	Action string
	To     fault.Words // what the action is called
}

// fileOf is the file of a case that the address names, with its content, for who may read it.
func (v *visit) fileOf() (c casework.Case, a casework.Attached, content []byte, err error) {
	id, err := v.pathID()
	if err != nil {
		return c, a, nil, err
	}
	if c, err = v.s.c.Cases.Get(v.ctx(), v.who, id); err != nil {
		return c, a, nil, err
	}
	a, content, err = v.s.c.Cases.Attachment(v.ctx(), v.who, id, files.Digest(v.r.PathValue("digest")))
	return c, a, content, err
}

// sight is what is shown of the file. why is a refusal of the file itself, which the page tells.
func (v *visit) sight(a casework.Attached, content []byte) (s *extract.Sight, why, err error) {
	if !canLook(a.Type) {
		return nil, fault.New(fault.Invalid, "web.look_none"), nil
	}
	s, err = v.s.c.Reader.Look(v.ctx(), a.Name, content)
	if strings.HasPrefix(fault.CodeOf(err), "reader.") {
		return nil, err, nil
	}
	return s, nil, err
}

// lookAtFile shows a file of a case of this node.
func (v *visit) lookAtFile() error {
	c, a, content, err := v.fileOf()
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	p := lookPage{Case: lookedCase{atCases + string(c.ID), c.No, c.Title, c.OrgName, c.Synthetic}, File: caseFiles{id: c.ID, at: atCases}.view(string(a.Digest), a), Sought: v.soughtOf(s, c)}
	if p.Rules, err = v.rulesLooking(c, s, string(a.Digest)); err != nil {
		return err
	}
	v.underCase(c, s)
	return v.showLook(p, a, content)
}

// showLook shows a page with what is seen of its file.
func (v *visit) showLook(p lookPage, a casework.Attached, content []byte) error {
	seen, why, err := v.sight(a, content)
	if err != nil {
		return err
	}
	if p.Why = why; seen != nil {
		p.fill(v, seen)
	}
	return v.show("filelook", a.Name, p)
}

// fill puts what is seen on the page, with what the form says marked in it.
func (p *lookPage) fill(v *visit, seen *extract.Sight) {
	if p.Cut = seen.Cut; seen.Picture != nil {
		p.Picture, p.Width, p.Height = p.File.Path+"/picture", seen.Width, seen.Height
		return
	}
	p.Paged = seen.Format == extract.FormatPDF
	leaves := leavesOf(seen.Pages, p.Paged)
	mark(leaves, p.Sought, p.File.Look)
	p.Marked, p.Leaves = true, pageOf(v, leaves, leavesShown)
	if len(leaves) > leavesShown {
		p.Pager = v.pager(len(leaves), leavesShown)
	}
}

// rulesLooking are the rules of the decisions that this person may take now beside which the file stands.
func (v *visit) rulesLooking(c casework.Case, s *scheme.Scheme, digest string) (out []ruleLooks, err error) {
	actions, err := v.actions(c, s, typed{})
	for _, a := range actions {
		beside := map[string]bool{}
		for _, ask := range a.Asks {
			beside[ask.Rule] = ask.Evidence.has(digest)
		}
		for _, x := range a.Verdicts {
			if beside[x.Need] || x.Evidence.has(digest) {
				out = append(out, ruleLooks{x.Words, x.Result, a.Action, a.Words})
			}
		}
	}
	return out, err
}

// casePicture is the picture of a file of a case of this node.
func (v *visit) casePicture() error {
	_, a, content, err := v.fileOf()
	if err != nil {
		return err
	}
	return v.sendPicture(a, content)
}

// sendPicture sends the picture of a file as it was drawn anew: none of its bytes are those that somebody brought.
func (v *visit) sendPicture(a casework.Attached, content []byte) error {
	seen, why, err := v.sight(a, content)
	if err != nil || why != nil {
		return errors.Join(err, why)
	}
	if seen.Picture == nil {
		return fault.New(fault.NotFound, "web.look_none")
	}
	h := v.w.Header()
	h.Set("Content-Type", seen.Type)
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	_, err = v.w.Write(seen.Picture)
	return err
}
