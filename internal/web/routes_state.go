package web

import (
	"context"
	"maps"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

// stateRoutes are the addresses of statements between jurisdictions and of what providers record for them.
func (s *Server) stateRoutes() {
	s.page("GET", "/statements", access.StatementRead, (*visit).statements)
	s.page("POST", "/statements", access.StatementSign, (*visit).closeMonth)
	s.page("GET", "/statements/{id}", access.StatementRead, (*visit).statement)
	s.page("POST", "/statements/{id}/sign", access.StatementSign, (*visit).signStatement)
	s.page("GET", "/statements/{id}/paper", access.StatementRead, (*visit).statementPaper)
	s.page("GET", "/log/held/{code}/checkpoint", access.LogRead, (*visit).heldCheckpoint)
	s.page("GET", "/log/held/{code}/entries/{from}", access.LogRead, (*visit).heldEntries)
	s.page("GET", "/services", access.ServiceRecord, (*visit).services)
	s.page("POST", "/services", access.ServiceRecord, (*visit).recordService)
}

func init() {
	maps.Copy(letterKinds, map[string]fault.Words{"statement.order": {"订单进展", "How an order stands"}, "statement.record": {"机构登记", "A provider's record"},
		"statement.lines": {"对账明细", "Lines of a statement"}, "statement.sign": {"对账单签署", "A statement's signature"}})
	maps.Copy(doneWords, map[string]fault.Words{
		"month_closed":     {"本月已出账，明细已发给对方；对方的明细到达后自动比对。", "The month is closed and your lines are on their way; the other side's are compared as they come."},
		"statement_signed": {"已签署，并已通知对方节点。", "Signed; the other node is told."},
		"service_recorded": {"已登记，并已告知付款方节点。", "Recorded; the paying side's node is told."},
	})
}

type (
	monthlyTotalsOut     statement.Totals
	monthlyDifferenceOut statement.Difference
	monthlySideOut       statement.Line
)

type monthlyOut struct {
	ID          string                 `json:"id"`
	Payer       string                 `json:"payer"`
	Host        string                 `json:"host"`
	Period      string                 `json:"period"`
	State       string                 `json:"state" enum:"sent,compared,signed"`
	Digest      string                 `json:"digest" doc:"of the text that both sides sign; empty until both lists are here"`
	Differences int                    `json:"differences"`
	Signed      []string               `json:"signed" doc:"sides that have signed"`
	Leaf        string                 `json:"leaf" doc:"of this node's log, once both have signed"`
	Totals      *monthlyTotalsOut      `json:"totals,omitempty"`
	Named       []monthlyDifferenceOut `json:"named,omitempty" doc:"differences, by order, with both values"`
	Lines       []monthlyLineOut       `json:"lines,omitempty"`
}

type monthlyLineOut struct {
	Order  string          `json:"order"`
	Payer  *monthlySideOut `json:"payer,omitempty"`
	Host   *monthlySideOut `json:"host,omitempty"`
	Before unit.Fen        `json:"before" doc:"yuan that an earlier statement agreed had been paid"`
	Late   bool            `json:"late"`
}

func monthlyOf(x statement.Statement) monthlyOut {
	o := monthlyOut{ID: x.ID, Payer: x.Payer, Host: x.Host, Period: x.Period, State: x.State, Digest: x.Digest, Differences: x.Differences, Signed: []string{}}
	for _, g := range x.Signatures {
		o.Signed = append(o.Signed, g.Side)
		if g.Leaf != "" {
			o.Leaf = string(g.Leaf)
		}
	}
	if x.Digest != "" {
		o.Totals = (*monthlyTotalsOut)(&x.Text.Totals)
	}
	return o
}

// apiState are the operations of statements.
func (s *Server) apiState() {
	type monthliesIn struct {
		Node  string `query:"node"`
		State string `query:"state"`
		Way   string `query:"way" doc:"paid or served"`
		Page  int    `query:"page"`
	}
	type openMonthOut struct {
		Host   string `json:"host"`
		Period string `json:"period"`
		Orders int64  `json:"orders"`
	}
	type monthliesOut struct {
		Statements []monthlyOut   `json:"statements"`
		Total      int            `json:"total"`
		Open       []openMonthOut `json:"open" doc:"months that have ended and can be closed here"`
	}
	operate(s, "GET", "/api/v1/statements", access.StatementRead, "Monthly statements between this jurisdiction and others, and months to be closed", func(ctx context.Context, a asked, i *monthliesIn) (*body[monthliesOut], error) {
		all, total, err := s.c.Statements.Statements(ctx, a.who, statement.Query{Node: i.Node, State: i.State, Way: i.Way, Page: i.Page})
		if err != nil {
			return nil, err
		}
		open, err := s.c.Statements.Open(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := monthliesOut{Statements: []monthlyOut{}, Total: total, Open: []openMonthOut{}}
		for _, x := range all {
			o.Statements = append(o.Statements, monthlyOf(x))
		}
		for _, x := range open {
			o.Open = append(o.Open, openMonthOut(x))
		}
		return answer(o)
	})
	type closeMonthIn struct {
		Body struct {
			Host   string `json:"host"`
			Period string `json:"period" doc:"2026-03"`
		}
	}
	operate(s, "POST", "/api/v1/statements", access.StatementSign, "Close a month with a host: cut off the letters, compute this side's lines, send them", func(ctx context.Context, a asked, i *closeMonthIn) (*body[monthlyOut], error) {
		x, err := s.c.Statements.Close(ctx, a.who, i.Body.Host, i.Body.Period)
		if err != nil {
			return nil, err
		}
		return answer(monthlyOf(x))
	})
	type monthlyIn struct {
		ID string `path:"id"`
	}
	operate(s, "GET", "/api/v1/statements/{id}", access.StatementRead, "One statement with the lines of both sides", func(ctx context.Context, a asked, i *monthlyIn) (*body[monthlyOut], error) {
		x, err := s.c.Statements.Get(ctx, a.who, i.ID)
		if err != nil {
			return nil, err
		}
		o := monthlyOf(x.Statement)
		for _, d := range x.Text.Differences {
			o.Named = append(o.Named, monthlyDifferenceOut(d))
		}
		for _, b := range x.Lines {
			o.Lines = append(o.Lines, monthlyLineOut{b.Order, (*monthlySideOut)(b.Payer), (*monthlySideOut)(b.Host), b.Before, b.Late})
		}
		return answer(o)
	})
	type signMonthlyIn struct {
		ID   string `path:"id"`
		Body struct {
			Digest string `json:"digest" doc:"of the text that was read"`
		}
	}
	operate(s, "POST", "/api/v1/statements/{id}/sign", access.StatementSign, "Sign for this side what both computed", func(ctx context.Context, a asked, i *signMonthlyIn) (*body[monthlyOut], error) {
		if err := s.c.Statements.Sign(ctx, a.who, i.ID, i.Body.Digest); err != nil {
			return nil, err
		}
		x, err := s.c.Statements.Get(ctx, a.who, i.ID)
		if err != nil {
			return nil, err
		}
		return answer(monthlyOf(x.Statement))
	})
	type serviceForOut struct {
		Payer    string   `json:"payer"`
		Order    string   `json:"order"`
		Org      string   `json:"org"`
		Provider string   `json:"provider"`
		State    string   `json:"state"`
		Paid     unit.Fen `json:"paid" doc:"yuan, as the paying side told"`
		Recorded bool     `json:"recorded"`
		Billed   unit.Fen `json:"billed"`
		Received unit.Fen `json:"received"`
	}
	type servicesForIn struct {
		Page int `query:"page"`
	}
	type servicesForOut struct {
		Services []serviceForOut `json:"services"`
		More     bool            `json:"more"`
	}
	operate(s, "GET", "/api/v1/services", access.ServiceRecord, "Orders of other jurisdictions at one's organisation, with what was recorded of them", func(ctx context.Context, a asked, i *servicesForIn) (*body[servicesForOut], error) {
		all, more, err := s.c.Statements.Services(ctx, a.who, i.Page)
		if err != nil {
			return nil, err
		}
		o := servicesForOut{Services: []serviceForOut{}, More: more}
		for _, x := range all {
			o.Services = append(o.Services, serviceForOut{x.Payer, x.Order.No, x.Order.Org, x.Order.Provider, x.Order.State, x.Order.Paid, x.Recorded, x.Record.Billed, x.Record.Received})
		}
		return answer(o)
	})
	type recordServiceIn struct {
		Body struct {
			Payer    string   `json:"payer"`
			Order    string   `json:"order"`
			Billed   unit.Fen `json:"billed" doc:"yuan"`
			Received unit.Fen `json:"received,omitempty" required:"false" doc:"yuan of the paying side's treasury"`
			Note     string   `json:"note,omitempty" required:"false"`
		}
	}
	type recordServiceOut struct {
		Letter int64 `json:"letter" doc:"number of the letter that tells the paying side"`
	}
	operate(s, "POST", "/api/v1/services", access.ServiceRecord, "Record what was billed and received for an order of another jurisdiction", func(ctx context.Context, a asked, i *recordServiceIn) (*body[recordServiceOut], error) {
		r, err := s.c.Statements.Enter(ctx, a.who, i.Body.Payer, i.Body.Order, i.Body.Billed, i.Body.Received, i.Body.Note)
		if err != nil {
			return nil, err
		}
		return answer(recordServiceOut{r.N})
	})
}
