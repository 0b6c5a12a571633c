package web

import (
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
)

// epochsPage is where officers read a neighbour's statement of a new epoch and countersign it, and all see those that hold.
type epochsPage struct {
	All   []epochView
	Keep  bool
	Form  *form
	Draft *epochView
	Note  string // the statement with this node's signature
}

// epochView is an epoch with names in the place of codes.
type epochView struct {
	federation.EpochState
	Name    fault.Words
	Signers []fault.Words
	Own     bool
	Old     []string // fingerprints of the keys that count no more
	New     string
}

// treeWords say how a statement stands against what is held here.
var treeWords = map[string]fault.Words{
	"same":  {"与本节点存有的一致", "the same as what is held here"},
	"other": {"与本节点存有的不同，不能会签", "not what is held here; it cannot be countersigned"},
	"short": {"本节点存有的比它少，无法比对", "more than is held here, so it cannot be compared"},
}

// TreeIn is how the statement stands against what is held here, in words.
func (e epochView) TreeIn() fault.Words { return treeWords[e.Tree] }

func (v *visit) epochViewOf(e federation.EpochState, names map[string]fault.Words) epochView {
	called := func(code string) fault.Words {
		if w, ok := names[code]; ok {
			return w
		}
		return fault.Words{code, code}
	}
	x := epochView{EpochState: e, Name: called(e.Code), Own: e.Code == v.s.c.Node.Code, New: corridorlog.Fingerprint(e.Key)}
	for _, k := range e.Ended {
		x.Old = append(x.Old, corridorlog.Fingerprint(k))
	}
	for _, code := range e.By {
		x.Signers = append(x.Signers, called(code))
	}
	return x
}

// epochViews are the epochs that hold here.
func (v *visit) epochViews() (out []epochView, err error) {
	names, err := v.nodeNames()
	if err != nil {
		return nil, err
	}
	all, err := v.s.c.Federation.Epochs(v.ctx())
	for _, e := range all {
		out = append(out, v.epochViewOf(e, names))
	}
	return out, err
}

func (v *visit) epochs() error { return v.showEpochs(epochsPage{Form: v.blank("e")}, nil) }

func (v *visit) showEpochs(p epochsPage, draft *federation.EpochState) (err error) {
	if p.All, err = v.epochViews(); err != nil {
		return err
	}
	if draft != nil {
		names, err := v.nodeNames()
		if err != nil {
			return err
		}
		x := v.epochViewOf(*draft, names)
		p.Draft = &x
	}
	p.Keep = access.MaySomewhere(v.who, access.FederationKeep) == nil
	v.under("/trust", "信任", "Trust")
	return v.show("epochs", v.t("日志的新纪元", "New epochs of logs"), p)
}

// countersign shows a neighbour's statement and who has signed it, or countersigns it for this node.
func (v *visit) countersign() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/trust/epochs"
	fed, note := v.s.c.Federation, []byte(strings.ReplaceAll(f.Get("note"), "\r\n", "\n"))
	p := epochsPage{Form: f.on("e")}
	var st federation.EpochState
	if f.Get("do") == "sign" {
		st, err = fed.Countersign(v.ctx(), v.who, note, f.Get("fingerprint"))
		p.Note = st.Signed
	} else {
		st, err = fed.ReadEpoch(v.ctx(), v.who, note)
	}
	if err != nil {
		p.Note = ""
		if !v.refusedForm(p.Form, err) {
			return err
		}
		if st.Signed == "" {
			return v.showEpochs(p, nil)
		}
	}
	return v.showEpochs(p, &st)
}

// ownEpochs are this log's statements as neighbours fetch them.
func (v *visit) ownEpochs() error {
	b, err := v.s.c.Federation.OwnEpochs(v.ctx())
	if err != nil {
		return err
	}
	return v.plain(b, false)
}

// seenCheckpoint is the newest checkpoint of a neighbour that this node has verified or cosigned.
func (v *visit) seenCheckpoint() error {
	b, err := v.s.c.Federation.Seen(v.ctx(), v.r.PathValue("code"))
	if err != nil {
		return err
	}
	return v.plain(b, false)
}
