package web

import (
	"bytes"
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/unit"
)

type booksPage struct {
	Form         *form // what is asked for
	Day          unit.Day
	Accounts     []ledger.AccountBalance
	Next         string // address of the next page
	Whole        bool   // all accounts stand on this page, so that their sum says something
	Posted, Held unit.Fen
	Export       exportView
}

// mayBooks says whether this person reads the books of the whole node.
func (s *Server) mayBooks(who access.Actor) error {
	return access.May(who, access.BooksRead, access.Scope{Region: unit.Region(s.c.Node.Code)})
}

// accountsOn is a page of accounts with their balances now or, where a day is given, when it ended.
func (s *Server) accountsOn(ctx context.Context, prefix, after string, day unit.Day, rows int) (page []ledger.AccountBalance, next string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if page, next, err = s.c.Ledger.Accounts(ctx, tx, prefix, after, rows); err != nil || !day.Valid() {
			return err
		}
		for i := range page {
			if page[i].Balance, err = s.c.Ledger.BalanceAsOf(ctx, tx, page[i].Path, day); err != nil {
				return err
			}
		}
		return nil
	})
	return page, next, err
}

// books lists the accounts, now or as they stood when a day ended.
func (v *visit) books() error {
	if err := v.s.mayBooks(v.who); err != nil {
		return err
	}
	f := v.asked()
	p := booksPage{Form: f, Day: f.day("day"), Export: v.exports()}
	err := f.err()
	if err != nil && (v.wantsFile() || !v.refusedForm(f, err)) {
		return err
	}
	if v.wantsFile() {
		return v.booksFile(f.text("prefix"), p.Day)
	}
	next := ""
	if p.Accounts, next, err = v.s.accountsOn(v.ctx(), f.text("prefix"), f.Get("after"), p.Day, pageRows); err != nil {
		return err
	}
	if next != "" {
		p.Next = v.filterLink("after", next)
	}
	p.Whole = len(p.Accounts) > 0 && f.text("prefix") == "" && next == "" && f.Get("after") == ""
	for _, a := range p.Accounts {
		if p.Posted, err = p.Posted.Add(a.Posted); err != nil {
			return err
		}
		if p.Held, err = p.Held.Add(a.Held); err != nil {
			return err
		}
	}
	return v.show("books", v.t("账簿", "Books"), p)
}

func (v *visit) booksFile(prefix string, day unit.Day) error {
	s := &sheet{Name: "accounts", Head: []string{v.t("账户", "Account"), v.t("币种", "Asset"), v.t("余额（元）", "Posted (yuan)"), v.t("占用（元）", "Held (yuan)"),
		v.t("可用（元）", "Available (yuan)"), v.t("笔数", "Entries"), v.t("最近变动", "Last moved")}}
	for after := ""; ; {
		page, next, err := v.s.accountsOn(v.ctx(), prefix, after, day, 0)
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := s.put(a.Path, a.Asset, a.Posted, a.Held, a.Available, a.Entries, iso(a.MovedAt)); err != nil {
				return err
			}
		}
		if after = next; next == "" {
			return v.send(s)
		}
	}
}

// booksText is the whole books as plain-text accounting, which hledger or beancount recompute by themselves.
func (v *visit) booksText() error {
	if err := v.s.mayBooks(v.who); err != nil {
		return err
	}
	var b bytes.Buffer
	format := v.r.PathValue("format")
	if err := v.s.c.Ledger.Export(v.ctx(), &b, format); err != nil {
		return err
	}
	name := map[string]string{"hledger": "books.journal", "beancount": "books.beancount"}[format]
	return v.download(name, "text/plain; charset=utf-8", b.Bytes())
}

type entriesPage struct {
	Form      *form
	Account   ledger.Account
	Balance   ledger.Balance
	Statement *ledger.Statement // of a period, when one is asked for
	Entries   []entryRow
	Next      string
	Export    exportView
}

// entryRow is an entry as one of its accounts sees it.
type entryRow struct {
	ledger.Entry
	No        int64
	Other     string
	Change    unit.Fen
	Held      unit.Fen // what it did to what is held of this account
	Now       ledger.Balance
	KindWords fault.Words
	CaseID    unit.ID
}

// entries is an account: all that moved it or, between two days, its statement.
func (v *visit) entries() error {
	if err := v.s.mayBooks(v.who); err != nil {
		return err
	}
	f := v.asked()
	p := entriesPage{Form: f, Export: v.exports()}
	from, to := f.day("from"), f.day("to")
	if to.Valid() && from > to {
		f.refuse("to", fault.New(fault.Invalid, "web.period"))
	}
	err := f.err()
	if err != nil && (v.wantsFile() || !v.refusedForm(f, err)) {
		return err
	}
	if err != nil {
		from, to = 0, 0
	}
	if v.wantsFile() {
		return v.entriesFile(f.Get("account"), from, to)
	}
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.Account, err = v.s.c.Ledger.Account(v.ctx(), tx, f.Get("account")); err != nil {
			return err
		}
		if p.Balance, err = v.s.c.Ledger.Balance(v.ctx(), tx, p.Account.Path); err != nil {
			return err
		}
		p.Entries, p.Next, p.Statement, err = v.s.statement(v.ctx(), tx, p.Account.Path, from, to, f.Get("after"), pageRows)
		return err
	})
	if err != nil {
		return err
	}
	if p.Next != "" {
		p.Next = v.filterLink("after", p.Next)
	}
	v.under("/books", "账簿", "Books")
	return v.show("entries", p.Account.Path, p)
}

func (v *visit) entriesFile(path string, from, to unit.Day) error {
	s := &sheet{Name: "entries", Head: []string{v.t("序", "No"), v.t("时间", "When"), v.t("种类", "Kind"), v.t("对方账户", "Other account"), v.t("所属", "Belongs to"), v.t("说明", "Note"),
		v.t("变动（元）", "Change (yuan)"), v.t("占用变动（元）", "Held (yuan)"), v.t("余额（元）", "Posted now (yuan)"), v.t("编号", "Id")}}
	for after := ""; ; {
		var page []entryRow
		err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
			page, after, _, err = v.s.statement(v.ctx(), tx, path, from, to, after, 0)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := s.put(e.No, iso(e.At), e.KindWords.In(v.lang), e.Other, e.Ref, e.Note, e.Change, e.Held, e.Now.Posted, e.ID); err != nil {
				return err
			}
		}
		if after == "" {
			return v.send(s)
		}
	}
}

var entryKinds = map[ledger.Kind]fault.Words{ledger.Post: {"记账", "post"}, ledger.Hold: {"占用", "hold"},
	ledger.Capture: {"兑付占用", "capture"}, ledger.Release: {"解除占用", "release"}}

// statement is a page of an account's entries: all of them or, where a day is given, those of the period with its
// opening and closing balance. A first day that is missing is the earliest, a last day that is missing is today.
func (s *Server) statement(ctx context.Context, tx *db.Tx, path string, from, to unit.Day, after string, rows int) (out []entryRow, next string, st *ledger.Statement, err error) {
	var page []ledger.Entry
	if !from.Valid() && !to.Valid() {
		page, next, err = s.c.Ledger.Entries(ctx, tx, path, after, rows)
	} else {
		if !from.Valid() {
			from = unit.Date(2000, 1, 1) // before any books of ours
		}
		if !to.Valid() {
			to = max(unit.DayOf(tx.Now(), beijing), from)
		}
		var x ledger.Statement
		x, err = s.c.Ledger.Statement(ctx, tx, path, from, to, after, rows)
		page, next, st = x.Entries, x.Next, &x
	}
	for _, e := range page {
		out = append(out, rowOf(e, path))
	}
	return out, next, st, err
}

func rowOf(e ledger.Entry, path string) entryRow {
	r := entryRow{Entry: e, No: e.No(path), Other: e.Credit, Change: e.Change(path), Now: e.Now(path), KindWords: entryKinds[e.Kind]}
	if path == e.Debit {
		r.Held = e.HeldChange
	}
	if path == e.Credit {
		r.Other = e.Debit
	}
	r.CaseID, _ = caseOf(e.Ref)
	return r
}
