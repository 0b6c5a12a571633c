package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/indicator"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/registry"
	"corridor/internal/unit"
	"corridor/internal/web/systems"
)

// org finds an organisation for a page.
func (v *visit) org(code string) (o registry.Org, err error) {
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		o, err = v.s.c.Registry.Org(v.ctx(), tx, code)
		return err
	})
	return o, err
}

type organisationsPage struct {
	Query string
	Orgs  []registry.Org
	Pager pager
}

func (v *visit) organisations() error {
	q := v.r.URL.Query().Get("q")
	all, total, err := v.s.c.Registry.Find(v.ctx(), q, v.pageNo())
	if err != nil {
		return err
	}
	return v.show("organisations", v.t("主体登记", "Registry"), organisationsPage{q, all, v.pager(total, pageRows)})
}

type organisationPage struct {
	Org    registry.Org
	Region fault.Words
	Years  []registry.YearFacts
	Labels []registry.Label
}

func (v *visit) organisation() error {
	var p organisationPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		if p.Org, err = v.s.c.Registry.Org(v.ctx(), tx, v.r.PathValue("code")); err != nil {
			return err
		}
		if p.Years, err = v.s.c.Registry.Years(v.ctx(), tx, p.Org.Code); err != nil {
			return err
		}
		p.Labels, err = v.s.c.Registry.Labels(v.ctx(), tx, p.Org.Code)
		return err
	})
	if err != nil {
		return err
	}
	p.Region = unit.GB2260().FullName(p.Org.Region, unit.DayOf(v.now(), unit.Beijing()))
	return v.show("organisation", p.Org.Name.In(v.lang), p)
}

type booksPage struct {
	Accounts []ledger.AccountBalance
	After    string
	Prefix   string
}

func (v *visit) books() error {
	q := v.r.URL.Query()
	p := booksPage{Prefix: q.Get("prefix")}
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) (err error) {
		p.Accounts, p.After, err = v.s.c.Ledger.Accounts(v.ctx(), tx, p.Prefix, q.Get("after"), pageRows)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("books", v.t("账簿", "Books"), p)
}

type entriesPage struct {
	Account ledger.Account
	Balance ledger.Balance
	Entries []entryRow
	After   string
}

// entryRow is an entry as one of its accounts sees it.
type entryRow struct {
	ledger.Entry
	Other  string
	Change unit.Fen
	Now    ledger.Balance
}

func (v *visit) entries() error {
	q := v.r.URL.Query()
	var p entriesPage
	err := v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		all, after, err := accountEntries(v.ctx(), tx, v.s.c.Ledger, q.Get("account"), q.Get("after"))
		if err != nil {
			return err
		}
		p.Entries, p.After = all, after
		if p.Account, err = v.s.c.Ledger.Account(v.ctx(), tx, q.Get("account")); err != nil {
			return err
		}
		p.Balance, err = v.s.c.Ledger.Balance(v.ctx(), tx, q.Get("account"))
		return err
	})
	if err != nil {
		return err
	}
	return v.show("entries", p.Account.Path, p)
}

func accountEntries(ctx context.Context, tx *db.Tx, l *ledger.Ledger, path, after string) (rows []entryRow, next string, err error) {
	page, next, err := l.Entries(ctx, tx, path, after, pageRows)
	for _, e := range page {
		r := entryRow{Entry: e, Other: e.Credit, Change: e.Change(path), Now: e.Now(path)}
		if path == e.Credit {
			r.Other = e.Debit
		}
		rows = append(rows, r)
	}
	return rows, next, err
}

type journalPage struct {
	Lines []access.Line
	Next  string
	Query access.JournalQuery
}

func (v *visit) journal() error {
	q := v.r.URL.Query()
	query := access.JournalQuery{Act: q.Get("act"), Object: q.Get("object"), After: q.Get("after")}
	lines, next, err := v.s.c.Access.Journal(v.ctx(), v.who, query)
	if err != nil {
		return err
	}
	return v.show("journal", v.t("操作日志", "Act journal"), journalPage{lines, next, query})
}

func (v *visit) figures() error {
	var all []indicator.Figure
	for _, d := range v.s.c.Indicators.Definitions() {
		f, err := v.s.c.Indicators.Figure(v.ctx(), d.ID, 1)
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	return v.show("figures", v.t("数字", "Figures"), all)
}

type figurePage struct {
	Figure  indicator.Figure
	Entries []figureEntry
	Pager   pager
}

// figureEntry is an entry with where it opens: the page of the log that it stands in.
type figureEntry struct {
	indicator.Entry
	URL  string
	Node fault.Words
}

func (v *visit) figure() error {
	f, err := v.s.c.Indicators.Figure(v.ctx(), v.r.PathValue("id"), v.pageNo())
	if err != nil {
		return err
	}
	return v.show("figure", f.Title.In(v.lang), figurePage{f, v.s.opened(f), v.pager(f.Total, 100)})
}

// opened adds to each entry of a figure the address of its page.
func (s *Server) opened(f indicator.Figure) []figureEntry {
	var out []figureEntry
	for _, e := range f.Entries {
		x := figureEntry{Entry: e, Node: s.c.Node.Name, URL: fmt.Sprintf("/log/entries/%d", e.Index)}
		if p, ok := s.c.Federation.Peer(e.Origin); ok {
			x.Node, x.URL = p.Name, p.URL+x.URL
		}
		out = append(out, x)
	}
	return out
}

func (v *visit) neighbours() error {
	all, err := v.s.c.Federation.State(v.ctx())
	if err != nil {
		return err
	}
	return v.show("neighbours", v.t("邻站", "Neighbours"), struct {
		All    []federation.Neighbour
		Key    string
		Origin string
	}{all, v.s.c.Log.PublicKey(), v.s.c.Log.Origin()})
}

type systemsPage struct {
	Query        systems.Query
	All          []systems.System
	Counts       map[systems.State]int
	States       []systems.State
	Capabilities []systems.Named
	Rooms        []systems.Named
}

func (v *visit) systems() error {
	q := v.r.URL.Query()
	query := systems.Query{Text: q.Get("q"), State: systems.State(q.Get("state")), Capability: systems.Word(q.Get("capability")), Room: systems.Word(q.Get("room"))}
	found, err := systems.Filter(query)
	if err != nil {
		return err
	}
	return v.show("systems", v.t("系统目录", "Systems"), systemsPage{query, found, systems.Counts(systems.All()), systems.States(), systems.Capabilities(), systems.Rooms()})
}

type logPage struct {
	Checkpoint string
	Size       int64
	Entries    []corridorlog.Entry
	From       int64
	Next       int64 // -1 at the end
}

func (v *visit) logPage() error {
	var p logPage
	fmt.Sscan(v.r.URL.Query().Get("from"), &p.From)
	p.From = max(p.From, 0)
	var err error
	if p.Entries, err = v.s.c.Log.Entries(v.ctx(), p.From, pageRows); err != nil {
		return err
	}
	signed, err := v.s.c.Log.Checkpoint(v.ctx())
	if err != nil && fault.KindOf(err) != fault.Unavailable {
		return err
	}
	p.Checkpoint = string(signed)
	if p.Size, err = v.s.c.Log.Size(v.ctx()); err != nil {
		return err
	}
	if p.Next = -1; len(p.Entries) == pageRows && p.From+pageRows < p.Size {
		p.Next = p.From + pageRows
	}
	return v.show("log", v.t("公开日志", "Public log"), p)
}

type logEntryPage struct {
	Entry  corridorlog.Entry
	Fields []namedValue
	Leaf   string
	Case   string // address of the case, for who may see it
	CaseNo string
	Key    string
}

type namedValue struct{ Name, Value string }

func (v *visit) logEntry() error {
	index, err := strconv.ParseInt(v.r.PathValue("index"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	e, err := v.s.c.Log.Entry(v.ctx(), index)
	if err != nil {
		return err
	}
	p := logEntryPage{Entry: e, Leaf: string(e.Leaf), Key: v.s.c.Log.PublicKey()}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(e.Fields, &fields); err != nil {
		return fmt.Errorf("fields of leaf %d: %w", index, err)
	}
	for _, name := range sortedKeys(fields) {
		p.Fields = append(p.Fields, namedValue{name, string(fields[name])})
	}
	if id, ok := caseOf(e.Object); ok {
		if c, err := v.s.c.Cases.Get(v.ctx(), v.who, id); err == nil {
			p.Case, p.CaseNo = "/cases/"+string(id), c.No
		}
	}
	return v.show("logentry", v.t("日志第 ", "Log entry ")+fmt.Sprint(index)+v.t(" 条", ""), p)
}

// receipt hands out the proof of a leaf: with what it is about to those who may see that, without it to all others.
func (v *visit) receipt() error {
	b, name, err := v.s.receiptFor(v.ctx(), v.who, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.download(name, "text/plain; charset=utf-8", b)
}

func (s *Server) receiptFor(ctx context.Context, who access.Actor, id string) (b []byte, name string, err error) {
	leaf, err := unit.ParseID(id)
	if err != nil {
		return nil, "", fault.New(fault.NotFound, "log.no_receipt")
	}
	e, err := s.c.Log.ByID(ctx, leaf)
	if err != nil {
		return nil, "", err
	}
	open := false
	if id, ok := caseOf(e.Object); ok {
		_, err := s.c.Cases.Get(ctx, who, id)
		open = err == nil
	}
	b, err = s.c.Log.Receipt(ctx, leaf, open)
	return b, fmt.Sprintf("%s-%d.receipt.txt", s.c.Node.Code[:2], e.Index), err
}

func (v *visit) checkpoint() error {
	b, err := v.s.c.Log.Checkpoint(v.ctx())
	if err != nil {
		return err
	}
	return v.plain(b, false)
}

func (v *visit) logKey() error { return v.plain([]byte(v.s.c.Log.PublicKey()+"\n"), false) }

func (v *visit) tile() error {
	b, err := v.s.c.Log.Tile(v.ctx(), "tile/"+v.r.PathValue("path"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	return v.plain(b, true)
}

// plain answers with bytes for programs; what never changes may be kept for ever.
func (v *visit) plain(b []byte, forEver bool) error {
	h := v.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	h.Set("Cache-Control", "no-cache")
	if forEver {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, err := v.w.Write(b)
	return err
}
