package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Uses is what cases ask of the federation: the used-once register, and what is recognised from others. All is in the case's act: what is claimed is asked of another node if and
// only if the act is done, and the answer comes later, by AnswerCame.
type Uses interface {
	// Claims are what a case claims and has not given back.
	Claims(ctx context.Context, tx *db.Tx, of unit.ID) ([]federation.Claim, error)
	// WouldUse says whether a line is free that nobody claimed yet; known is false where another node keeps its register.
	WouldUse(ctx context.Context, tx *db.Tx, l federation.InvoiceLine) (free, known bool, err error)
	// TakeUses makes a case's claims those lines: new ones are asked for, those that are not among them are given back.
	TakeUses(ctx context.Context, tx *db.Tx, of unit.ID, lines []federation.InvoiceLine) error
	// SettleUses confirms a case's claims because money was paid, or gives them back. Twice is once.
	SettleUses(ctx context.Context, tx *db.Tx, of unit.ID, paid bool) error
	// RecognisedPools are the pools of other jurisdictions, by their names in the registry here, that count as one of this one's.
	RecognisedPools(ctx context.Context, tx *db.Tx, pool string, day unit.Day) ([]string, error)
	// Recognised says whether an organisation stands on a list of what this jurisdiction recognises, and by what.
	Recognised(ctx context.Context, tx *db.Tx, org, list string, day unit.Day) (federation.Standing, error)
}

// onceColumns are what a repeated group says of invoice lines, for unused("invoice", form.x).
const (
	onceSeller = "seller"
	onceNumber = "number"
	onceLine   = "line"
	onceTotal  = "total"
	onceAmount = "amount"
)

// invoiceLines reads the rows of a group as lines of invoices. A row that lacks something is no line yet: whole is false.
func invoiceLines(v scheme.Value) (lines []federation.InvoiceLine, whole bool, err error) {
	whole = len(v.List) > 0
	for _, row := range v.List {
		seller, number, line, total, amount := row.Entry(onceSeller), row.Entry(onceNumber), row.Entry(onceLine), row.Entry(onceTotal), row.Entry(onceAmount)
		if !seller.Known() || !number.Known() || !line.Known() || !total.Known() || !amount.Known() {
			whole = false
			continue
		}
		l := federation.InvoiceLine{Line: line.Int, Total: total.Fen(), Amount: amount.Fen()}
		if l.Seller, err = unit.ParseUSCC(seller.Text); err != nil {
			return nil, false, err
		}
		if l.Number, err = unit.ParseInvoiceNo(number.Text); err != nil {
			return nil, false, err
		}
		if err := l.Check(); err != nil {
			return nil, false, err
		}
		lines = append(lines, l)
	}
	return lines, whole, nil
}

// isLines says whether a value is rows of a group.
func isLines(v scheme.Value) bool {
	return v.Kind == scheme.List && len(v.List) > 0 && v.List[0].Kind == scheme.Group
}

// unused answers for lines of invoices by the register, and for files by the cases of this node. A line that another node was
// asked about and has not answered for is unknown: the case waits.
func (w *world) unused(v scheme.Value) (scheme.Value, scheme.Vouched, error) {
	if !isLines(v) {
		return w.used(v)
	}
	from := scheme.Vouched{By: "once", At: w.tx.Now()}
	lines, whole, err := invoiceLines(v)
	if err != nil || !whole || w.s.c.Uses == nil {
		return scheme.Value{}, from, nil // what was typed wrongly is refused where it is saved
	}
	claims, err := w.s.c.Uses.Claims(w.ctx, w.tx, w.c.ID)
	if err != nil {
		return scheme.Value{}, from, fmt.Errorf("claims of case %s: %w", w.c.No, err)
	}
	taken := map[unit.ID]bool{}
	known := true
	for _, l := range lines {
		found := false
		for _, c := range claims {
			if taken[c.ID] || c.InvoiceLine != l {
				continue
			}
			found, taken[c.ID] = true, true
			from = scheme.Vouched{By: "once:" + c.Keeper, At: c.Asked}
			switch c.State {
			case federation.UseRefused, federation.UseReleased:
				return scheme.YesNoValue(false), scheme.Vouched{By: "once:" + c.Keeper, At: c.Answered}, nil
			case federation.UseWaiting:
				known = false
			default:
				from.At = c.Answered
			}
			break
		}
		if found {
			continue
		}
		free, here, err := w.s.c.Uses.WouldUse(w.ctx, w.tx, l)
		switch {
		case err != nil:
			return scheme.Value{}, from, err
		case here && !free:
			return scheme.YesNoValue(false), from, nil
		case !here:
			known = false
		}
	}
	if !known {
		return scheme.Value{}, from, nil
	}
	return scheme.YesNoValue(true), from, nil
}

// claimUses claims, in the act of a step, the lines that its rules looked at, and settles what was claimed before once money was
// paid or the case came to nothing.
func (s *Service) claimUses(ctx context.Context, tx *db.Tx, c Case, seen []scheme.SeenFact) error {
	if s.c.Uses == nil {
		return nil
	}
	for _, f := range seen {
		if f.Name != "unused" || len(f.Args) != 2 || !isLines(f.Args[1]) {
			continue
		}
		lines, _, err := invoiceLines(f.Args[1])
		if err != nil {
			return err
		}
		if err := s.c.Uses.TakeUses(ctx, tx, c.ID, lines); err != nil {
			return fmt.Errorf("claim the invoices of case %s: %w", c.No, err)
		}
	}
	paid := c.End == scheme.Granted
	for _, sum := range c.Purse.Out {
		paid = paid || sum > 0
	}
	if !paid && c.End == "" {
		return nil
	}
	if err := s.c.Uses.SettleUses(ctx, tx, c.ID, paid); err != nil {
		return fmt.Errorf("settle the invoices of case %s: %w", c.No, err)
	}
	return nil
}

// followUses makes the claims of a case those of its form again, where it has claimed something before: a line that was corrected
// is asked about anew, one that was refused is asked about again.
func (s *Service) followUses(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, saved map[string]scheme.Value) error {
	if s.c.Uses == nil {
		return nil
	}
	for name, v := range saved {
		f, ok := sch.Field(name)
		if !ok || f.Once == "" || f.Type != "group" {
			continue
		}
		claims, err := s.c.Uses.Claims(ctx, tx, c.ID)
		if err != nil || len(claims) == 0 {
			return err
		}
		lines, _, err := invoiceLines(v)
		if err != nil {
			return err
		}
		kept := lines[:0:0]
		for _, l := range lines { // what was refused is given up first, so that it is asked about again
			refused := false
			for _, x := range claims {
				refused = refused || x.InvoiceLine == l && x.State == federation.UseRefused
			}
			if !refused {
				kept = append(kept, l)
			}
		}
		if err := s.c.Uses.TakeUses(ctx, tx, c.ID, kept); err != nil {
			return err
		}
		return s.c.Uses.TakeUses(ctx, tx, c.ID, lines)
	}
	return nil
}

// AnswerCame goes on with a case of which a node has answered: what goes by itself goes, and whose turn it is can be told of an
// invoice that may not be used.
func (s *Service) AnswerCame(ctx context.Context, tx *db.Tx, id unit.ID) error {
	return s.goOn(ctx, tx, id, s.tellUses)
}

// goOn goes on with a case that something from outside concerns: people are told, and what goes by itself goes. A case that is gone
// is nobody's.
func (s *Service) goOn(ctx context.Context, tx *db.Tx, id unit.ID, tell func(context.Context, *db.Tx, *scheme.Scheme, Case) error) error {
	c, sch, err := s.load(ctx, tx, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tell(ctx, tx, sch, c); err != nil {
		return err
	}
	if c.End != "" {
		return nil
	}
	return s.onwards(ctx, tx, sch, &c)
}

// tellUses tells who has to act of a claim that was refused, and who is told of what is late of an invoice that was cancelled
// after payment: once for each.
func (s *Service) tellUses(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	if s.c.Notices == nil {
		return nil
	}
	claims, err := s.c.Uses.Claims(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	org, err := s.toldOrg(ctx, tx, sch, c)
	if err != nil {
		return err
	}
	roles := map[string]bool{}
	for _, row := range sch.RowsFrom(c.Stage) {
		for _, r := range row.Who {
			roles[r] = true
		}
	}
	for _, x := range claims {
		title, key := fault.Words{}, ""
		switch {
		case x.Cancelled():
			title, key = fault.Words{"已兑付的发票被作废或红冲", "An invoice that was paid for has been cancelled"}, "/cancelled"
			roles[sch.Overdue] = true
		case x.State == federation.UseRefused && c.End == "":
			title, key = fault.Words{"发票行不能使用", "An invoice line may not be used"}, "/refused"
		default:
			continue
		}
		for role := range roles {
			to, ok := s.audience(sch, c, role)
			if !ok {
				continue
			}
			if _, err := s.c.Notices.Tell(ctx, tx, notice.Notice{To: to, Kind: "case.turn", Object: c.Object(), Path: "/cases/" + string(c.ID) + "#uses", Org: org,
				Title: fault.Words{fmt.Sprintf("%s：%s %s", title[0], sch.Title[0], c.No), fmt.Sprintf("%s: %s %s", title[1], sch.Title[1], c.No)},
				Key:   string(x.ID) + key}); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLines refuses rows of invoice lines that nobody could claim, where the field is for them.
func checkLines(f scheme.Field, v scheme.Value) error {
	if f.Once == "" || f.Type != "group" {
		return nil
	}
	_, _, err := invoiceLines(v)
	return err
}

// UsesOf are the claims of a case, for who may read the invoice lines of its form.
func (s *Service) UsesOf(ctx context.Context, who access.Actor, id unit.ID) (out []federation.Claim, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil || s.c.Uses == nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		c, err := s.seen(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if c, err = s.shown(ctx, tx, who, c); err != nil {
			return err
		}
		for _, v := range c.Fields {
			if isLines(v) {
				out, err = s.c.Uses.Claims(ctx, tx, id)
				return err
			}
		}
		return nil
	})
	return out, err
}

// stands answers has_label and recognised: by a label in this node's registry, else by the lists of what is recognised from others,
// whose entry or certificate then vouches for it.
func (s *Service) stands(ctx context.Context, tx *db.Tx, org, list string, day unit.Day) (scheme.Value, scheme.Vouched, error) {
	here := scheme.Vouched{By: "registry", At: tx.Now()}
	yes, known, err := s.c.Registry.HasLabel(ctx, tx, org, list, day)
	if err != nil || yes || s.c.Uses == nil {
		return yesIfKnown(yes, known && err == nil), here, err
	}
	r, err := s.c.Uses.Recognised(ctx, tx, org, list, day)
	if err != nil {
		return scheme.Value{}, here, err
	}
	if r.Yes {
		return scheme.YesNoValue(true), scheme.Vouched{By: r.By, At: r.Day.Start(s.c.Calendar.Location()).UTC()}, nil
	}
	return yesIfKnown(false, known || r.Known), here, nil
}
