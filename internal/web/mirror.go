package web

import (
	"fmt"
	"strconv"

	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// mirrorView is where a mirrored listing comes from, as its page shows it.
type mirrorView struct {
	catalogue.Mirrored
	Node    fault.Words
	There   string // its page at its node; "" where the node is no neighbour any more
	Leaf    string // its entry in the log there
	Receipt string // address here of the proof
	Known   bool   // the owner stands in this node's registry
}

// mirrorOf is where a listing comes from; nil for one of this node.
func (v *visit) mirrorOf(l catalogue.Listing) (*mirrorView, error) {
	if l.Origin == "" {
		return nil, nil
	}
	m := &mirrorView{Node: v.nodeWords(l.Origin)}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if m.Mirrored, _, err = v.s.c.Catalogue.MirroredIn(v.ctx(), tx, l.ID); err != nil {
			return err
		}
		_, err = v.s.c.Registry.Org(v.ctx(), tx, l.Owner)
		if m.Known = err == nil; fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return err
	})
	if p, ok := v.s.c.Federation.PeerAt(l.Origin); ok && p.Origin() == m.Log {
		m.There, m.Leaf = p.URL+"/listings/"+string(m.Remote), fmt.Sprintf("%s/log/entries/%d", p.URL, m.Index)
		m.Receipt = fmt.Sprintf("/neighbours/%s/receipts/%d", l.Origin, m.Index)
	}
	return m, err
}

// nodeWords is what people call a node by its code.
func (v *visit) nodeWords(code string) fault.Words {
	if code == catalogue.OwnNode || code == v.s.c.Node.Code {
		return v.s.c.Node.Name
	}
	if p, ok := v.s.c.Federation.PeerAt(code); ok {
		return p.Name
	}
	return placeName(unit.Region(code))
}

// recognisedWords is what people call something that is recognised here.
func recognisedWords(code string) fault.Words {
	switch code {
	case catalogue.RecognisedKind:
		return fault.Words{"资源类别互认", "Kind of listing recognised"}
	case federation.RecognisedProvider:
		return fault.Words{"服务机构互认", "Provider recognised"}
	}
	return registry.LabelWords(code)
}

// neighbourReceipt hands out the proof of a neighbour's leaf as a file, by the checkpoint that this node has verified.
func (v *visit) neighbourReceipt() error {
	index, err := strconv.ParseInt(v.r.PathValue("index"), 10, 64)
	p, ok := v.s.c.Federation.PeerAt(v.r.PathValue("code"))
	if err != nil || !ok {
		return fault.New(fault.NotFound, "web.no_page")
	}
	b, err := v.s.c.Federation.Receipt(v.ctx(), p.Origin(), index)
	if err != nil {
		return err
	}
	return v.download(fmt.Sprintf("%s-%d.receipt.txt", p.Code[:min(2, len(p.Code))], index), "text/plain; charset=utf-8", b)
}

// mirroredKind is what is here of a neighbour, by kind.
type mirroredKind struct {
	Kind   fault.Words
	Shown  int // are found here
	Others int // suspended, moved, retired, withdrawn
	Path   string
}

// refusedView is something of a neighbour that was not taken in.
type refusedView struct {
	federation.MirrorRefusal
	Sentence string
	Leaf     string // the entry there
}

// takenOf counts what is mirrored of a neighbour, and all that is shown of it.
func (v *visit) takenOf(code string) (all []mirroredKind, shown int, err error) {
	counts, err := v.s.c.Catalogue.MirroredCounts(v.ctx())
	if err != nil {
		return nil, 0, err
	}
	for _, c := range counts {
		if c.Node != code {
			continue
		}
		k, known := v.s.c.Catalogue.Kinds().Of(c.Kind)
		words := fault.Words{c.Kind, c.Kind}
		if known {
			words = k.Words()
		}
		if n := len(all); n == 0 || all[n-1].Kind != words {
			all = append(all, mirroredKind{Kind: words, Path: "/search?kind=" + c.Kind + "&f.node=" + code})
		}
		x := &all[len(all)-1]
		if c.State == catalogue.Published {
			x.Shown += c.N
			shown += c.N
		} else {
			x.Others += c.N
		}
	}
	return all, shown, nil
}

// refusedOf lists what was not taken in of a neighbour, with why.
func (v *visit) refusedOf(p federation.Peer) (out []refusedView, err error) {
	all, err := v.s.c.Federation.NotMirrored(v.ctx(), p.Origin())
	for _, r := range all {
		out = append(out, refusedView{r, fault.New(fault.Invalid, r.Code, "field", r.Field, "name", p.Name, "kind", r.Kind).Sentence(v.lang), fmt.Sprintf("%s/log/entries/%d", p.URL, r.Index)})
	}
	return out, err
}
