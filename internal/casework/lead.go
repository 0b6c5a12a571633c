package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// This file is the payer's side of payer.go. A payer's case is decided by its own officers, by its own scheme, from its own
// money; the lead is told what the scheme says of each stage, and what the lead tells is read as facts of `parent`.

// Lead is what is known, beside a payer's case, of the case that it answers.
type Lead struct {
	Node    string // in which it lives
	Here    bool   // that is this node
	Case    unit.ID
	News    LeadNews
	Changed time.Time
	Owed    bool // something is still to be written to it

	payer  unit.ID // the case here
	said   int64
	digest string
}

// TakeChild opens a case of a payer, in the act that takes the letter that asks for it, and answers how it stands. Refused are:
// what is no such letter; a jurisdiction that this node does not host, or a lead that the writer does not; a scheme that does not
// run here or does not answer that lead; fields that do not fit; an organisation that the registry here does not know.
func (s *Service) TakeChild(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
	var b ChildLetter
	if err := json.Unmarshal(l.Body, &b); err != nil {
		return nil, fault.New(fault.Invalid, "casework.payer_form").Because(err)
	}
	if _, err := unit.ParseID(string(b.Lead.Opening)); err != nil || b.Lead.Seq < 1 || b.Asked < 0 || len(b.Lead.Payers) > payersMax || len(b.Lead.Waits) > payerWaits || !b.Lead.short() {
		return nil, fault.New(fault.Invalid, "casework.payer_form")
	}
	if here := s.c.Letters.HostOf(unit.Region(b.Payer)); here != s.c.Self {
		return nil, fault.New(fault.Denied, "casework.payer_not_here", "region", clipped(b.Payer))
	}
	if s.c.Letters.HostOf(unit.Region(b.Lead.Home)) != l.Peer {
		return nil, fault.New(fault.Denied, "casework.lead_not_theirs", "node", l.Peer, "region", clipped(b.Lead.Home))
	}
	if was, err := selectLeadBy(ctx, tx, l.Peer, b.Lead.Opening); err == nil { // asked twice is opened once
		c, sch, err := s.load(ctx, tx, was.payer)
		if err != nil {
			return nil, err
		}
		return s.payerNews(ctx, tx, sch, c, was)
	} else if !db.NoRows(err) {
		return nil, err
	}
	return s.beginChild(ctx, tx, access.System("letter"), l.Peer, "", b)
}

// beginChild opens a payer's case for a lead in a node; parent is the lead where that is this one.
func (s *Service) beginChild(ctx context.Context, tx *db.Tx, who access.Actor, node string, parent unit.ID, b ChildLetter) (n PayerNews, err error) {
	sch, err := s.payerEdition(b, s.today(tx.Now()))
	if err != nil {
		return n, err
	}
	for name, v := range b.Fields {
		f, ok := sch.Field(name)
		if !ok || f.By != "parent" || !f.Takes(v) {
			return n, fault.New(fault.Invalid, "casework.payer_field", "field", clipped(name)).On(name)
		}
	}
	o, err := s.c.Registry.Org(ctx, tx, b.Org)
	if fault.KindOf(err) == fault.NotFound {
		return n, fault.New(fault.Conflict, "casework.payer_org", "org", clipped(b.Org))
	}
	if err != nil {
		return n, err
	}
	c := Case{Org: o.Code, Parent: parent, Region: s.belongs(sch, o.Region, s.today(tx.Now())), Stage: sch.Start(), Fields: b.Fields}
	if err := s.begin(ctx, tx, who, sch, &c, ""); err != nil {
		return n, err
	}
	x := Lead{Node: node, News: b.Lead, Changed: tx.Now(), payer: c.ID, said: 1}
	if n, err = s.payerNews(ctx, tx, sch, c, x); err != nil {
		return n, err
	}
	if x.digest, err = digestOf(n); err != nil {
		return n, err
	}
	if err := insertLead(ctx, tx, x); err != nil {
		return n, fmt.Errorf("lead of case %s: %w", c.No, err)
	}
	n.Seq = x.said
	if node == s.c.Self {
		if err := s.saidHere(ctx, tx, n); err != nil {
			return n, err
		}
	}
	return n, s.tell(ctx, tx, who, sch, c)
}

// payerEdition is the edition that a payer runs on a day.
func (s *Service) payerEdition(b ChildLetter, day unit.Day) (*scheme.Scheme, error) {
	none := fault.New(fault.Conflict, "casework.payer_scheme", "scheme", clipped(b.Run), "region", clipped(b.Payer))
	sch, err := s.inForce(b.Run, unit.Region(b.Payer), day)
	if k := fault.KindOf(err); k == fault.NotFound || k == fault.Conflict {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	if !unit.Region(b.Payer).In(unit.Region(sch.Jurisdiction)) || sch.Lead == nil || sch.Parent != b.Lead.Scheme {
		return nil, none
	}
	return sch, nil
}

// payerNews is how a payer's case stands for its lead; its number is the caller's to give.
func (s *Service) payerNews(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, x Lead) (n PayerNews, err error) {
	stages := []string{c.begun()}
	for _, h := range c.History {
		stages = append(stages, h.To)
	}
	n = PayerNews{Opening: x.News.Opening, Case: c.ID, No: c.No, Scheme: c.Scheme, Edition: c.Edition, Digest: c.EditionDigest,
		State: sch.PayerState(stages), Words: sch.Say(c.Stage), End: c.End, Since: c.Changed}
	if scheme.PayerStands(n.State) {
		n.Fen = c.Purse.Sums[sch.Lead.Sum]
	}
	if len(c.History) > 0 {
		n.Reason = cutText(c.History[len(c.History)-1].Reason, payerTextMax)
	}
	n.Waits, err = s.waitsTold(ctx, tx, sch, c)
	return n, err
}

func cutText(t string, most int) string {
	if r := []rune(t); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return t
}

// tellLead tells the lead what is new of a payer's case, in the act that changed it.
func (s *Service) tellLead(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if sch.Lead == nil {
		return nil
	}
	x, err := selectLead(ctx, tx, c.ID)
	if db.NoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := s.payerNews(ctx, tx, sch, c, x)
	if err != nil {
		return err
	}
	digest, err := digestOf(n)
	if err != nil || digest == x.digest && !x.Owed {
		return err
	}
	x.said, x.digest = x.said+1, digest
	n.Seq = x.said
	if x.Node == s.c.Self {
		if err := updateLead(ctx, tx, x); err != nil {
			return err
		}
		if err := s.saidHere(ctx, tx, n); err != nil {
			return err
		}
		return s.toldOthers(ctx, tx, c.Parent)
	}
	if _, x.Owed, err = s.sendOrOwe(ctx, tx, x.Node, LetterChildState, n); err != nil {
		return err
	}
	return updateLead(ctx, tx, x)
}

// toldOthers tells the payers of a lead of this node what one of them here has said, though the lead itself may stay where it is.
func (s *Service) toldOthers(ctx context.Context, tx *db.Tx, lead unit.ID) error {
	c, sch, err := s.load(ctx, tx, lead)
	if err != nil {
		return err
	}
	return s.tellPayers(ctx, tx, sch, c)
}

// saidHere keeps what a payer of this node says beside its lead; the act goes on with the lead by itself.
func (s *Service) saidHere(ctx context.Context, tx *db.Tx, n PayerNews) error {
	p, err := selectPayer(ctx, tx, n.Opening)
	if err != nil {
		return err
	}
	if err := n.check(p); err != nil {
		return err
	}
	return p.keep(ctx, tx, n)
}

// TakeLead hears how a lead stands, in the act that takes its letter, and goes on with the payer's case.
func (s *Service) TakeLead(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
	var n LeadNews
	if err := json.Unmarshal(l.Body, &n); err != nil || n.Seq < 1 || len(n.Payers) > payersMax || len(n.Waits) > payerWaits || !n.short() {
		return nil, fault.New(fault.Invalid, "casework.payer_form").Because(err)
	}
	x, err := s.hearLead(ctx, tx, l.Peer, n)
	if err != nil {
		return nil, err
	}
	return seqAnswer{x.News.Seq}, s.goOn(ctx, tx, x.payer, toldNobody)
}

func (n LeadNews) short() bool {
	return short(n.No, n.Scheme, n.Edition, n.Digest, n.Title[0], n.Title[1], n.Org, n.OrgName[0], n.OrgName[1], n.Stage, n.Words[0], n.Words[1])
}

// hearLead keeps what a lead told of itself. An older word than is known changes nothing.
func (s *Service) hearLead(ctx context.Context, tx *db.Tx, node string, n LeadNews) (x Lead, err error) {
	x, err = selectLeadBy(ctx, tx, node, n.Opening)
	if db.NoRows(err) {
		return x, fault.New(fault.NotFound, "casework.payer_unknown")
	}
	if err != nil || n.Seq <= x.News.Seq {
		return x, err
	}
	x.News, x.Changed = n, tx.Now()
	return x, updateLead(ctx, tx, x)
}

// leadFact answers what a payer's case may read of its lead; ok is false for a case that has none.
func (w *world) leadFact(name string, args []scheme.Value) (v scheme.Value, from scheme.Vouched, ok bool, err error) {
	if w.sch.Lead == nil {
		return v, from, false, nil
	}
	if w.lead == nil {
		x, err := selectLead(w.ctx, w.tx, w.c.ID)
		if db.NoRows(err) {
			return v, from, false, nil
		}
		if err != nil {
			return v, from, true, err
		}
		w.lead = &x
	}
	n := w.lead.News
	from = scheme.Vouched{By: "lead:" + w.lead.Node, At: w.lead.Changed}
	switch {
	case name == "parent.stage":
		v = scheme.TextValue(n.Stage)
	case name == "parent.ended":
		v = scheme.YesNoValue(n.End != "" || n.Gone)
	case name == "parent.done" && len(args) == 1:
		v = scheme.CountValue(int64(n.Done[args[0].Text]))
	case name == "parent.opened":
		v = scheme.DayValue(n.Opened)
	}
	return v, from, true, nil
}
