package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

type paymentOut struct {
	ID      string   `json:"id"`
	Ref     string   `json:"ref" doc:"as files name it; empty while the list is open"`
	Line    int      `json:"line"`
	State   string   `json:"state" enum:"listed,paid,returned,dropped"`
	Case    string   `json:"case"`
	CaseNo  string   `json:"case_no"`
	Scheme  string   `json:"scheme"`
	Payee   string   `json:"payee"`
	Bank    string   `json:"bank"`
	Account string   `json:"account"`
	Sum     unit.Fen `json:"sum" doc:"yuan"`
	Fixed   string   `json:"fixed_by"`
	Reason  string   `json:"reason" doc:"why it came back"`
	Again   string   `json:"again" doc:"the returned payment that it is made again for"`
}

func paymentOf(p settlement.Payment) paymentOut {
	o := paymentOut{ID: string(p.ID), Line: p.Line, State: p.State, Case: string(p.Case), CaseNo: p.CaseNo, Scheme: p.Scheme, Payee: p.Payee, Bank: p.Bank, Account: p.Account,
		Sum: p.Sum, Fixed: p.FixedName, Reason: p.Reason, Again: string(p.Again)}
	if p.ListNo != "" {
		o.Ref = p.Ref()
	}
	return o
}

type paymentListOut struct {
	ID       string       `json:"id"`
	No       string       `json:"no"`
	Treasury string       `json:"treasury" doc:"first part of its accounts in the books; empty for the node's own"`
	State    string       `json:"state" enum:"open,closed,released,withdrawn"`
	Payments int          `json:"payments"`
	Total    unit.Fen     `json:"total"`
	Digest   string       `json:"digest"`
	MadeBy   string       `json:"made_by"`
	Released string       `json:"released_by"`
	Lines    []paymentOut `json:"lines"`
}

func paymentListOf(l settlement.List) paymentListOut {
	o := paymentListOut{ID: string(l.ID), No: l.No, Treasury: l.Treasury, State: l.State, Payments: l.Payments, Total: l.Total, Digest: l.Digest, MadeBy: l.MadeName, Released: l.ReleasedName, Lines: []paymentOut{}}
	for _, p := range l.Lines {
		o.Lines = append(o.Lines, paymentOf(p))
	}
	return o
}

// bankFileIn is a file of the bank.
type bankFileIn struct {
	Name    string `query:"name" required:"true" doc:"of the file; what does not end in .xlsx is read as CSV"`
	Dry     bool   `query:"dry" doc:"check only"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// raw marks an input whose body is read by us.
func (bankFileIn) raw() {}

func (s *Server) apiPayments() {
	s.apiOutlook()
	type waitingOut struct {
		Case     string   `json:"case"`
		CaseNo   string   `json:"case_no"`
		Scheme   string   `json:"scheme"`
		Treasury string   `json:"treasury" doc:"first part of its accounts in the books"`
		Payee    string   `json:"payee"`
		Bank     string   `json:"bank"`
		Account  string   `json:"account"`
		Sum      unit.Fen `json:"sum"`
		Fixed    string   `json:"fixed_by"`
		Due      string   `json:"due"`
		Ready    bool     `json:"ready"`
		Problems []string `json:"problems"`
	}
	type gatheredOut struct {
		Waiting []waitingOut `json:"waiting"`
		Ready   int          `json:"ready"`
		Sum     unit.Fen     `json:"sum" doc:"of the ready ones"`
		Beyond  int          `json:"beyond" doc:"ready ones that the limit left out"`
	}
	type gatherIn struct {
		Scheme   string `query:"scheme"`
		Treasury string `query:"treasury" doc:"first part of its accounts in the books"`
		Until    string `query:"until" doc:"due by the end of that day"`
		Limit    string `query:"limit" doc:"yuan"`
	}
	operate(s, "GET", "/api/v1/payments", access.PaymentManage, "What waits to be paid", func(ctx context.Context, a asked, i *gatherIn) (*body[gatheredOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		g := settlement.Gather{Scheme: i.Scheme, Treasury: i.Treasury}
		if err := daysTyped(dayTyped{"until", i.Until, &g.Until}); err != nil {
			return nil, err
		}
		if i.Limit != "" {
			if g.Limit, err = unit.ParseFen(i.Limit); err != nil {
				return nil, fault.Of(err).On("limit")
			}
		}
		all, err := d.Gather(ctx, a.who, g)
		if err != nil {
			return nil, err
		}
		o := gatheredOut{Waiting: []waitingOut{}, Ready: all.Ready, Sum: all.Sum, Beyond: all.Beyond}
		for _, w := range all.Waiting {
			x := waitingOut{string(w.Case), w.No, w.Scheme, w.Treasury.Path, w.Payee, w.Bank, w.Account, w.Sum, w.FixedName, iso(w.Due.Due), w.Ready(), []string{}}
			for _, p := range w.Problems {
				x.Problems = append(x.Problems, p.Sentence(a.lang))
			}
			o.Waiting = append(o.Waiting, x)
		}
		return answer(o)
	})
	type makeIn struct {
		Body struct {
			Cases []string `json:"cases"`
			Note  string   `json:"note,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/payments/lists", access.PaymentManage, "Gather payments into a list", func(ctx context.Context, a asked, i *makeIn) (*body[paymentListOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		ids, err := idsOf(i.Body.Cases)
		if err != nil {
			return nil, err
		}
		l, err := d.Make(ctx, a.who, ids, i.Body.Note)
		if err != nil {
			return nil, err
		}
		return answer(paymentListOf(l))
	})
	type listsIn struct {
		State    string `query:"state"`
		Treasury string `query:"treasury" doc:"first part of its accounts in the books"`
		Page     int    `query:"page" minimum:"1" default:"1"`
	}
	type listsOut struct {
		Lists []paymentListOut `json:"lists"`
		Total int              `json:"total"`
	}
	operate(s, "GET", "/api/v1/payments/lists", access.PaymentRead, "The payment lists", func(ctx context.Context, a asked, i *listsIn) (*body[listsOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		all, total, err := d.Lists(ctx, a.who, i.State, i.Treasury, i.Page)
		if err != nil {
			return nil, err
		}
		o := listsOut{Lists: []paymentListOut{}, Total: total}
		for _, l := range all {
			o.Lists = append(o.Lists, paymentListOf(l))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/payments/lists/{id}", access.PaymentRead, "A payment list", func(ctx context.Context, a asked, i *byID) (*body[paymentListOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		return s.listOut(ctx, a, d, i.ID, nil)
	})
	for act, x := range map[string]struct {
		says string
		do   func(*settlement.Desk, context.Context, access.Actor, unit.ID) error
	}{
		"close":    {"Close a list: it has its number and digest", (*settlement.Desk).Close},
		"release":  {"Release a list that another person made", (*settlement.Desk).Release},
		"withdraw": {"Withdraw a list that is not released", (*settlement.Desk).Withdraw},
	} {
		operate(s, "POST", "/api/v1/payments/lists/{id}/"+act, access.PaymentManage, x.says, func(ctx context.Context, a asked, i *byID) (*body[paymentListOut], error) {
			d, err := s.paying()
			if err != nil {
				return nil, err
			}
			return s.listOut(ctx, a, d, i.ID, func(id unit.ID) error { return x.do(d, ctx, a.who, id) })
		})
	}
	s.apiBankFiles()
	s.apiPayees()
}

func (s *Server) listOut(ctx context.Context, a asked, d *settlement.Desk, text string, before func(unit.ID) error) (*body[paymentListOut], error) {
	id, err := idOf(text)
	if err != nil {
		return nil, err
	}
	if before != nil {
		if err := before(id); err != nil {
			return nil, err
		}
	}
	l, err := d.List(ctx, a.who, id)
	if err != nil {
		return nil, err
	}
	return answer(paymentListOf(l))
}

func (s *Server) apiBankFiles() {
	type cellOut struct {
		Row    int    `json:"row"`
		Column string `json:"column"`
		Code   string `json:"code"`
		Says   string `json:"says"`
	}
	type reportOut struct {
		Digest string    `json:"digest" doc:"SHA-256 of the file"`
		Rows   int       `json:"rows"`
		Taken  int       `json:"taken"`
		Same   int       `json:"same" doc:"rows that said what was known"`
		Bad    int       `json:"bad"`
		Cells  []cellOut `json:"cells"`
	}
	for path, x := range map[string]struct {
		says string
		do   func(*settlement.Desk, context.Context, access.Actor, string, []byte, bool) (settlement.Report, error)
	}{
		"answers":  {"Take the bank's answers to payment lists", (*settlement.Desk).TakeAnswers},
		"receipts": {"Take the bank's file of money that came in", (*settlement.Desk).TakeReceipts},
	} {
		operate(s, "POST", "/api/v1/payments/"+path, access.PaymentManage, x.says, func(ctx context.Context, a asked, i *bankFileIn) (*body[reportOut], error) {
			d, err := s.paying()
			if err != nil {
				return nil, err
			}
			rep, err := x.do(d, ctx, a.who, i.Name, i.RawBody, i.Dry)
			if err != nil {
				return nil, err
			}
			o := reportOut{Digest: rep.Digest, Rows: rep.Rows, Taken: rep.Taken, Same: rep.Same, Bad: rep.Bad, Cells: []cellOut{}}
			for _, c := range rep.Cells {
				o.Cells = append(o.Cells, cellOut{c.Row, c.Column, c.Fault.Code, c.Fault.Sentence(a.lang)})
			}
			return answer(o)
		})
	}
	type periodIn struct {
		From     string `query:"from" required:"true"`
		To       string `query:"to" required:"true"`
		Treasury string `query:"treasury" doc:"first part of its accounts in the books; all that one may see without it"`
	}
	type dayOut struct {
		Day      string   `json:"day"`
		Out      unit.Fen `json:"out"`
		Back     unit.Fen `json:"back"`
		Paid     unit.Fen `json:"paid"`
		Returned unit.Fen `json:"returned"`
		Received unit.Fen `json:"received"`
		ByHand   unit.Fen `json:"by_hand"`
		Released unit.Fen `json:"released"`
		Agrees   bool     `json:"agrees"`
	}
	type differenceOut struct {
		Day  string   `json:"day"`
		Kind string   `json:"kind" enum:"by_hand,back_by_hand,stuck,part,not_booked"`
		Case string   `json:"case"`
		Ref  string   `json:"ref"`
		Sum  unit.Fen `json:"sum"`
		Says string   `json:"says"`
	}
	type reconcileOut struct {
		Days        []dayOut        `json:"days"`
		Differences []differenceOut `json:"differences"`
		Unanswered  int             `json:"unanswered"`
		Open        unit.Fen        `json:"open" doc:"sum of the unanswered"`
	}
	operate(s, "GET", "/api/v1/payments/reconcile", access.PaymentRead, "Books, lists and answers beside each other", func(ctx context.Context, a asked, i *periodIn) (*body[reconcileOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		from, err := unit.ParseDay(i.From)
		if err != nil {
			return nil, fault.Of(err).On("from")
		}
		to, err := unit.ParseDay(i.To)
		if err != nil {
			return nil, fault.Of(err).On("to")
		}
		r, err := d.Reconcile(ctx, a.who, i.Treasury, from, to)
		if err != nil {
			return nil, err
		}
		o := reconcileOut{Days: []dayOut{}, Differences: []differenceOut{}, Unanswered: r.Unanswered, Open: r.Open}
		for _, l := range r.Days {
			o.Days = append(o.Days, dayOut{l.Day.String(), l.Out, l.Back, l.Paid, l.Returned, l.Received, l.ByHand, l.Released, l.Holds()})
		}
		for _, x := range r.Differences {
			o.Differences = append(o.Differences, differenceOut{x.Day.String(), x.Kind, string(x.Case), x.Ref, x.Sum, x.Words().In(a.lang)})
		}
		return answer(o)
	})
}

type payeeOut struct {
	ID      string `json:"id"`
	Org     string `json:"org"`
	Holder  string `json:"holder"`
	Bank    string `json:"bank"`
	Account string `json:"account"`
	State   string `json:"state" enum:"given,confirmed,refused"`
	Reason  string `json:"reason"`
	Given   string `json:"given"`
	Decided string `json:"decided"`
}

func payeeOf(a settlement.Account) payeeOut {
	return payeeOut{string(a.ID), a.Org, a.Holder, a.Bank, a.Number, a.State, a.Reason, iso(a.GivenAt), iso(a.DecidedAt)}
}

// apiPayees serves the accounts of payees, what is owed, and what the bank has not answered.
func (s *Server) apiPayees() {
	type payeesOut struct {
		Accounts []payeeOut `json:"accounts"`
	}
	operate(s, "GET", "/api/v1/payees", access.NoticeRead, "The accounts of payees that one may see", func(ctx context.Context, a asked, _ *nothing) (*body[payeesOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		all, err := d.Accounts(ctx, a.who)
		o := payeesOut{Accounts: []payeeOut{}}
		for _, x := range all {
			o.Accounts = append(o.Accounts, payeeOf(x))
		}
		if err != nil {
			return nil, err
		}
		return answer(o)
	})
	type payeeGiveIn struct {
		Body struct {
			Org     string `json:"org"`
			Holder  string `json:"holder"`
			Bank    string `json:"bank"`
			Account string `json:"account"`
		}
	}
	operate(s, "POST", "/api/v1/payees", access.PayeeEdit, "Say where one's organisation is paid", func(ctx context.Context, a asked, i *payeeGiveIn) (*body[payeeOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		x, err := d.GiveAccount(ctx, a.who, settlement.Account{Org: i.Body.Org, Holder: i.Body.Holder, Bank: i.Body.Bank, Number: i.Body.Account})
		if err != nil {
			return nil, err
		}
		return answer(payeeOf(x))
	})
	type payeeDecideIn struct {
		ID   string `path:"id"`
		Body struct {
			Confirm bool   `json:"confirm"`
			Reason  string `json:"reason,omitempty" required:"false" doc:"needed where it is refused"`
		}
	}
	operate(s, "POST", "/api/v1/payees/{id}/decision", access.PaymentManage, "Confirm or refuse a payee's account", func(ctx context.Context, a asked, i *payeeDecideIn) (*body[payeeOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := d.DecideAccount(ctx, a.who, id, i.Body.Confirm, i.Body.Reason)
		if err != nil {
			return nil, err
		}
		return answer(payeeOf(x))
	})
	type owedLineOut struct {
		Case     string   `json:"case"`
		CaseNo   string   `json:"case_no"`
		Org      string   `json:"org"`
		Sum      unit.Fen `json:"sum" doc:"yuan, like all sums"`
		Received unit.Fen `json:"received"`
		Left     unit.Fen `json:"left"`
		Due      string   `json:"due"`
		Late     bool     `json:"late"`
		Reason   string   `json:"reason"`
	}
	type allOwedOut struct {
		Owed []owedLineOut `json:"owed"`
	}
	operate(s, "GET", "/api/v1/payments/owed", access.CaseRead, "What has to be paid back, of the cases that one may see", func(ctx context.Context, a asked, _ *nothing) (*body[allOwedOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		all, err := d.Owed(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := allOwedOut{Owed: []owedLineOut{}}
		for _, x := range all {
			o.Owed = append(o.Owed, owedLineOut{string(x.Case), x.No, x.Org, x.Sum, x.Received, x.Left, iso(x.Due.Due), x.Late, x.Reason})
		}
		return answer(o)
	})
	type unansweredIn struct {
		Treasury string `query:"treasury" doc:"first part of its accounts in the books"`
	}
	type unansweredOut struct {
		Payments []paymentOut `json:"payments"`
		Late     []string     `json:"late" doc:"refs of those that have had no answer in time"`
	}
	operate(s, "GET", "/api/v1/payments/unanswered", access.PaymentRead, "Released payments of which the bank has said nothing", func(ctx context.Context, a asked, i *unansweredIn) (*body[unansweredOut], error) {
		d, err := s.paying()
		if err != nil {
			return nil, err
		}
		all, late, err := d.Unanswered(ctx, a.who, i.Treasury)
		if err != nil {
			return nil, err
		}
		o := unansweredOut{Payments: []paymentOut{}, Late: []string{}}
		for _, p := range all {
			o.Payments = append(o.Payments, paymentOf(p))
			if late[p.ID] {
				o.Late = append(o.Late, p.Ref())
			}
		}
		return answer(o)
	})
}
