package casework_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/ledger"
	corridorlog "corridor/internal/log"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// stage is a node on which the packs of a jurisdiction are played by a machine that knows no pack: it finds its way in the
// table of stages, fills in what the form offers with what the pack's own tests give, and answers what is asked.
type stage struct {
	*world
	h        *hand
	code     string
	packs    []*scheme.Scheme
	cases    *casework.Service
	reg      *registry.Registry
	lab      string
	given    map[string]map[string]string // field: value, as a person types it, by scheme
	firms    int
	numbers  int
	tried    []*walk                  // cases on ways that could not be gone
	people   map[unit.ID]access.Actor // experts, by account
	uses     *federation.Service
	more     []string                   // organisations beside the laboratory, once they are asked for
	newcomer string                     // who joins a list later
	opened   map[string][]casework.Case // by the clock, not walked yet, by scheme
	lab1     *labCalendar
	known    []string // every organisation that was entered
}

// eachStage plays a test on each database with the packs of one jurisdiction.
func eachStage(t *testing.T, code string, test func(*stage)) {
	timed(t, func(t *testing.T, w *world, h *hand) {
		p := &stage{world: w, h: h, code: code, given: map[string]map[string]string{}, opened: map[string][]casework.Case{}, people: map[unit.ID]access.Actor{}}
		p.open()
		test(p)
	})
}

// packsOf are the folders of the packs that the program carries, by jurisdiction.
func packsOf(t *testing.T) map[string][]string {
	out := map[string][]string{}
	found, err := fs.Glob(schemes.FS, "cn-*/*/*/scheme.yaml")
	if err != nil || len(found) == 0 {
		t.Fatal("no packs", err)
	}
	for _, f := range found {
		code := strings.TrimPrefix(strings.SplitN(f, "/", 2)[0], "cn-")
		out[code] = append(out[code], path.Dir(f))
	}
	return out
}

func (p *stage) open() {
	p.t.Helper()
	ctx := context.Background()
	var err error
	p.reg, err = registry.New(registry.Config{DB: p.db, Access: p.access, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(),
		Lost: func(ctx context.Context, tx *db.Tx, l registry.Label) error { return p.cases.LabelLost(ctx, tx, l) }})
	p.must(err)
	_, err = p.reg.LoadAuthorities(ctx, admin, registry.Data(), "authorities/yrd.yaml")
	p.must(err)
	store, err := files.New(files.Config{DB: p.db, Dir: p.t.TempDir()})
	p.must(err)
	for _, dir := range packsOf(p.t.(*testing.T))[p.code] {
		s, problems := scheme.Load(schemes.FS, dir)
		if len(problems) > 0 {
			p.t.Fatal(problems[0])
		}
		p.packs, p.given[s.ID] = append(p.packs, s), givenIn(p.t, s.ID, dir)
	}
	private, _ := corridorlog.NewKey("log.example/uses")
	uses, err := federation.New(federation.Config{DB: p.db, Self: p.code, Client: http.DefaultClient, Log: p.log, Key: private})
	p.must(err)
	p.cases, err = casework.New(casework.Config{DB: p.db, Access: p.access, Registry: p.reg, Ledger: p.ledger, Log: p.log, Files: store, Uses: uses, Slots: uses, Hours: sharedMuch{}, Secret: "a secret of the test", Plans: planOfAll{p}, Letters: wire{p.code}, Self: p.code,
		Regions: unit.GB2260(), Calendar: p.days, Node: p.code[:2], Schemes: p.packs, Layers: schemes.FS})
	p.must(err)
	p.uses, p.lab1 = uses, newLabCalendar(80_000_00)
	uses.JoinCalendars(p.lab1)
	uses.HandleSlots(p.cases.SlotCame)
	p.lab = p.orgOf("12310000DEMQ00060", "310115", "bank") // may be asked for money, too
	p.fund()
	p.experts()
}

// sharedMuch is what the usage records say: every instrument worked 240 hours for others in a year.
type sharedMuch struct{}

func (sharedMuch) Shared(_ context.Context, _ *db.Tx, _, _ string, _ int) (unit.Fen, int, bool, error) {
	return 200_000 * unit.FenPerYuan, 240 * 60, true, nil
}

// givenToday is the day of the tests of a pack, which is no name of a field.
const givenToday = "=today"

// givenIn is what the tests of a pack and of its layer give for the form.
func givenIn(t testing.TB, id, dir string) map[string]string {
	out := map[string]string{}
	for _, file := range []string{"yrd/" + id + "/tests.yaml", dir + "/tests.yaml"} {
		b, err := fs.ReadFile(schemes.FS, file)
		if err != nil {
			continue
		}
		var x struct {
			Given struct {
				Form  map[string]any
				Today string
			}
		}
		if err := yaml.Unmarshal(b, &x); err != nil {
			t.Fatal(file, err)
		}
		if x.Given.Today != "" {
			out[givenToday] = x.Given.Today
		}
		for k, v := range x.Given.Form {
			rows, isList := v.([]any)
			if isList && strings.Contains(k, ".") { // a column, as rules see it: rows are typed one by one
				continue
			}
			for _, r := range rows {
				row, _ := r.(map[string]any)
				for sub, v := range row {
					out[k+"."+sub] = asTyped(v)
				}
			}
			out[k] = asTyped(v)
		}
	}
	return out
}

func asTyped(v any) string { return strings.TrimSuffix(fmt.Sprint(v), " yuan") }

// planOfAll is a plan of the register that everybody signed, with a task that is done and one that is not late.
type planOfAll struct{ p *stage }

func (x planOfAll) Plan(context.Context, *db.Tx, access.Actor, unit.ID) (casework.Plan, error) {
	return casework.Plan{Parties: x.p.known, Tasks: 2, Done: 1}, nil
}

// org enters a firm that every register speaks well of.
func (p *stage) org(prefix string, region unit.Region) string { return p.orgOf(prefix, region, "firm") }

// orgOf enters an organisation of a kind.
func (p *stage) orgOf(prefix string, region unit.Region, kind string) string {
	p.t.Helper()
	prefix = (prefix + "00000000000")[:16]
	subject, err := unit.MakeSubject(prefix[8:])
	p.must(err)
	full, err := unit.MakeUSCC(prefix[:8] + subject)
	p.must(err)
	filed := unit.Date(2026, time.January, 20)
	p.must(p.db.Act(context.Background(), func(tx *db.Tx) error {
		ctx, o := context.Background(), registry.Org{Code: string(full), Name: fault.Words{"虚构" + string(full), "Fictitious " + string(full)}, Kind: kind, Region: region, Founded: unit.Date(2019, 5, 20), Home: p.code, Synthetic: true}
		if err := p.reg.Put(ctx, tx, admin, o); err != nil {
			return err
		}
		if err := p.reg.PutYear(ctx, tx, admin, o.Code, registry.YearFacts{Year: 2025, Staff: 46, Revenue: 28_600_000_00, RnDSpend: 3_000_000_00, Source: "test", Filed: filed}); err != nil {
			return err
		}
		for m, is := range map[registry.Mark]bool{registry.Operating: true, registry.TaxNormal: true, registry.Untrustworthy: false} {
			if err := p.reg.PutMark(ctx, tx, admin, o.Code, m, is, filed, "test"); err != nil {
				return err
			}
		}
		for _, label := range []string{"voucher_provider", "tech_sme"} {
			if _, err := p.reg.IssueLabel(ctx, tx, admin, registry.Label{Org: o.Code, Label: label, Issuer: "test", Since: filed}); err != nil {
				return err
			}
		}
		return nil
	}))
	p.known = append(p.known, string(full))
	return string(full)
}

// firm is a new firm of the jurisdiction.
func (p *stage) firm() string {
	p.firms++
	city := map[string]unit.Region{"310000": "310115", "320000": "320500", "330000": "330100", "340000": "340100", "320500": "320505"}[p.code]
	return p.org(fmt.Sprintf("91%s00MA9%05d", p.code[:4], p.firms), city)
}

// year is the path of an account in this year, where it holds no fact of a firm.
func (p *stage) path(a scheme.AccountDef) string {
	return strings.NewReplacer("{jurisdiction}", p.code, "{year}", "2026").Replace(a.Path)
}

// fund opens every budget of the packs with enough in it.
func (p *stage) fund() {
	ctx, seen := context.Background(), map[string]bool{}
	for _, s := range p.packs {
		for _, a := range s.Accounts.All() {
			if at := p.path(a); a.Kind == scheme.Budget && !seen[at] {
				seen[at] = true
				p.must(p.db.Act(ctx, func(tx *db.Tx) error {
					for _, x := range []ledger.Account{{Path: p.code + "/treasury", Asset: "CNY"}, {Path: at, Asset: "CNY", Floor: true}} {
						if err := p.ledger.Open(ctx, tx, x); err != nil {
							return err
						}
					}
					_, err := p.ledger.Apply(ctx, tx, ledger.Transfer{ID: "budget " + at, Kind: ledger.Post, Debit: p.code + "/treasury", Credit: at, Amount: 500_000_000_00})
					return err
				}))
			}
		}
	}
}

// experts enters enough of them in every pool that a pack draws from, each of an organisation of its own.
func (p *stage) experts() {
	ctx := context.Background()
	for _, s := range p.packs {
		for _, a := range s.Asks.All() {
			if a.Draw == nil || len(p.people) > 0 {
				continue
			}
			n := int(param(s, a.Draw.Count).Int + param(s, a.Draw.Reserves).Int)
			for i := range n {
				token, who, err := p.access.Invite(ctx, admin, access.Invitation{Email: fmt.Sprintf("e%d@example.test", i), Name: fmt.Sprint("专家", i), Roles: []access.Grant{{Role: "expert"}}})
				p.must(err)
				p.must(p.access.AcceptInvitation(ctx, token, "correct horse battery"))
				at := p.org(fmt.Sprintf("12%s00MA8%05d", p.code[:4], i), unit.Region(p.code[:4]+"00"))
				p.must(p.db.Act(ctx, func(tx *db.Tx) error {
					_, err := p.reg.PutExpert(ctx, tx, admin, registry.Expert{Pool: a.Draw.From, Account: who.ID, Unit: at, Since: unit.Date(2026, 1, 1), Source: "test"})
					return err
				}))
				p.people[who.ID] = access.Actor{Person: who.ID, Name: who.Name, Session: string(who.ID), Grants: []access.Grant{{Role: "expert"}}}
			}
		}
	}
}

func param(s *scheme.Scheme, name string) scheme.Value {
	x, _ := s.Params.Get(name)
	return x.Value
}

// offices are two offices of the jurisdiction.
func (p *stage) offices() []string { return []string{p.code + ".science", p.code + ".finance"} }

// plays is somebody who plays a role of a scheme in a case; nth makes another person of the same role.
func (p *stage) plays(s *scheme.Scheme, c casework.Case, role string, nth int) access.Actor {
	r, _ := s.Roles.Get(role)
	name := fmt.Sprint(role, nth)
	switch {
	case r.Desk != "":
		return who(name, r.Desk, unit.Region(p.code), "")
	case r.Party != "" && strings.HasPrefix(r.Party, "form."):
		if at := c.Fields[strings.TrimPrefix(r.Party, "form.")].Text; at != "" {
			return who(name, "org_admin", "", at)
		}
		return who(name, "org_admin", "", p.lab)
	case r.Seat != "":
		for _, a := range c.Asks {
			for _, x := range a.Seats {
				if a.Ask == r.Seat && x.Struck == "" {
					return p.sits(s, x)
				}
			}
		}
	}
	return who("firm"+c.Org, "org_admin", "", c.Org)
}

// sits is who answers for a seat.
func (p *stage) sits(s *scheme.Scheme, x casework.Seat) access.Actor {
	if a, expert := p.people[unit.ID(x.ID)]; expert {
		return a
	}
	if x.Kind == "org" {
		return who("of "+x.ID, "org_admin", "", x.ID)
	}
	return who("of "+x.ID, "science", unit.Region(p.code), x.ID)
}

// all is somebody who holds every desk of the jurisdiction and speaks for both organisations of a case.
func (p *stage) all(s *scheme.Scheme, c casework.Case) access.Actor {
	a := who("everybody", "auditor", "", "")
	for _, r := range s.Roles.All() {
		if r.Desk != "" {
			a.Grants = append(a.Grants, access.Grant{Role: r.Desk, Region: unit.Region(p.code)})
		}
	}
	a.Grants = append(a.Grants, access.Grant{Role: "org_admin", Org: c.Org}, access.Grant{Role: "org_admin", Org: p.lab})
	for f := range s.Form.All() {
		if at := c.Fields[f.Name]; f.By == "parent" && f.Type == "org" && at.Known() {
			a.Grants = append(a.Grants, access.Grant{Role: "org_admin", Org: at.Text})
		}
	}
	return a
}

// typed is what somebody types into a field: what the tests of the pack give where a text says it, else something that
// fits. pick chooses among choices where the tests give none.
func (p *stage) typed(s *scheme.Scheme, id unit.ID, a access.Actor, f scheme.Field, pick int) string {
	return p.typedAs(s, id, a, f, f.Name, pick)
}

// several are three organisations, of two jurisdictions at least.
func (p *stage) several() []string {
	if p.more == nil {
		p.more = []string{p.lab, p.orgOf("91320500MA8000001", "320500", "bank"), p.orgOf("91310115MA8000002", "310115", "bank")}
	}
	return p.more
}

// listed are the organisations of a list. Who fills in one that actions change stands in it; somebody new joins, and one of it leaves.
func (p *stage) listed(s *scheme.Scheme, a access.Actor, name string) []string {
	for _, change := range s.Amends {
		switch name {
		case change.List:
			out := p.several()
			for _, g := range a.Grants {
				if g.Org != "" && !slices.Contains(out, g.Org) {
					out = append([]string{g.Org}, out...)
				}
			}
			return out
		case change.Joins:
			if p.newcomer == "" {
				p.newcomer = p.org("91310115MA8700003", "310115")
			}
			return []string{p.newcomer}
		case change.Leaves:
			return p.several()[1:2]
		}
	}
	return p.several()
}

// number is a text of many digits, such as the number of an invoice: each case has its own.
var number = regexp.MustCompile(`^\d{12,}$`)

func (p *stage) typedAs(s *scheme.Scheme, id unit.ID, a access.Actor, f scheme.Field, name string, pick int) string {
	given := p.given[s.ID][name]
	for _, j := range s.Joins {
		if j.Field == name && len(j.In) == 0 {
			return p.another(s)
		}
	}
	if number.MatchString(given) {
		p.numbers++
		return fmt.Sprintf("%s%08d", given[:len(given)-8], p.numbers)
	}
	switch f.Type {
	case "measure", "bound":
		return map[string]string{"bound": "≤ "}[f.Type] + "5 %"
	case "text", "money", "count", "ratio", "score", "yesno":
		if f.Type == "yesno" && pick > 0 {
			return map[string]string{"true": "false"}[given] + map[string]string{"false": "true", "": "true"}[given]
		}
		if given != "" {
			return given
		}
		return map[string]string{"text": "文字", "yesno": "false", "ratio": "10%", "score": "4"}[f.Type] + map[string]string{"money": "1000", "count": "3"}[f.Type]
	case "choice":
		if pick > 0 || given == "" {
			return f.Of[pick%len(f.Of)]
		}
		return given
	case "plan":
		return string(unit.NewID(p.h.now()))
	case "day":
		if today := p.given[s.ID][givenToday]; appointed(s, name) || today != "" && given > today { // ahead, as in the tests of the pack
			return unit.DayOf(p.h.now(), unit.Beijing()).Add(1).String()
		}
		return unit.DayOf(p.h.now(), unit.Beijing()).String()
	case "org":
		if first := p.given[s.ID]["provider"]; pick > 0 && first != "" && given != first { // somebody else, as in the tests of the pack
			return p.several()[1]
		}
		return p.lab
	case "orgs":
		return strings.Join(p.listed(s, a, name), "\n")
	case "office":
		return p.offices()[0]
	case "offices":
		return strings.Join(p.offices(), "\n")
	case "region":
		return p.code
	case "account":
		return "6222021001112223334"
	case "code":
		return given
	case "disclosure":
		d, err := p.cases.Disclosure(context.Background(), a, id, "page")
		p.must(err)
		return d.Digest
	case "slot":
		return p.lab1.slot(p.code)
	case "file", "files":
		x, err := p.cases.Attach(context.Background(), a, id, f.Name+".txt", strings.NewReader(fmt.Sprint(f.Name, id)))
		p.must(err)
		return string(x.Digest)
	case "group":
		if shared(s, name) {
			return "[" + p.rowOf(s, id, a, f, pick, 0) + ", " + p.rowOf(s, id, a, f, pick, 1) + ", " + p.rowOf(s, id, a, f, pick, 2) + "]"
		}
		return "[" + p.rowOf(s, id, a, f, pick, -1) + "]"
	}
	return ""
}

// shared says whether the rows of a group are of several jurisdictions: of those that pay, of those that get what was paid, or of
// organisations of which a rule counts how many there are.
func shared(s *scheme.Scheme, group string) bool {
	for _, r := range s.Rules.All() {
		if strings.Contains(r.When, "count_of(form."+group+".") {
			return true
		}
	}
	if s.Round != nil && s.Round.Returns != nil {
		if of, _, _ := scheme.CutForm(s.Round.Returns.For); of == group {
			return true
		}
	}
	for _, ch := range s.Cases.All() {
		if ch.Payers() && ch.OneFor == "form."+group {
			return true
		}
	}
	return false
}

// rowOf is a row of a group; of a shared one the nth, in which jurisdictions and organisations are those of elsewhere, two in turn.
func (p *stage) rowOf(s *scheme.Scheme, id unit.ID, a access.Actor, f scheme.Field, pick, nth int) string {
	var row []string
	for _, sub := range f.Fields {
		v := p.typedAs(s, id, a, sub, f.Name+"."+sub.Name, pick)
		switch {
		case nth >= 0 && sub.Type == "region":
			v = []string{"310000", "320000", "310000"}[nth]
		case nth >= 0 && sub.Type == "org":
			v = p.several()[2-nth%2]
		}
		row = append(row, fmt.Sprintf("%q: %q", sub.Name, v))
	}
	return "{" + strings.Join(row, ", ") + "}"
}

// another is the number of one more case of a scheme, which was submitted and goes on to its end as others do.
func (p *stage) another(s *scheme.Scheme) string {
	taken, refused := map[string]bool{}, map[string]bool{}
	w := &walk{s: s, target: s.Stages[0], verdict: "passed", firm: p.firm()}
	if w.why = p.begin(w, taken, refused); w.why == nil {
		w.why = p.follow(w, s.Stages[:1], taken, refused)
	}
	if w.why != nil {
		p.t.Errorf("no other case of %s: %v", s.ID, w.why)
	}
	w.free = true
	p.tried = append(p.tried, w)
	return w.c.No
}

// appointed says whether a day of the form is the clock of a row: until then somebody acts.
func appointed(s *scheme.Scheme, field string) bool {
	return slices.ContainsFunc(s.Stages, func(r scheme.Row) bool { return r.Clock == "form."+field })
}

// past says whether a day that was appointed is not ahead, and nobody acts until it where the case stands: another one has to be named.
func (p *stage) past(s *scheme.Scheme, c casework.Case, f scheme.Field) bool {
	runs := slices.ContainsFunc(s.RowsFrom(c.Stage), func(r scheme.Row) bool { return r.Clock == "form."+f.Name })
	return appointed(s, f.Name) && !runs && c.Fields[f.Name].Day() <= unit.DayOf(p.h.now(), unit.Beijing())
}

// appointment lets the day come for which a row waits, except where the row names another one.
func (p *stage) appointment(w *walk, row scheme.Row) {
	field, of := strings.CutPrefix(row.Clock, "form.")
	if day := w.c.Fields[field]; of && day.Known() && !slices.Contains(w.s.Needs[row.Action], field) {
		p.h.move(max(day.Day().Start(unit.Beijing()).Sub(p.h.now()), 0) + time.Second)
	}
}

// fill types into every field that is offered to somebody and is empty.
func (p *stage) fill(s *scheme.Scheme, c casework.Case, a access.Actor, pick int) error {
	got, err := p.cases.Get(context.Background(), a, c.ID)
	if err != nil {
		return err
	}
	typed, may := map[string]string{}, p.cases.Fills(a, got)
	for f := range s.Form.All() {
		if may[f.Name] && (!got.Fields[f.Name].Known() || p.past(s, got, f)) && got.Veiled[f.Name] == "" {
			if x := p.typed(s, c.ID, a, f, pick); x != "" {
				typed[f.Name] = x
			}
		}
	}
	if len(typed) == 0 {
		return nil
	}
	_, err = p.cases.Save(context.Background(), a, c.ID, 0, typed)
	return err
}

// opinions lets every seat of a case that waits answer, with this verdict; false says that nobody waits.
func (p *stage) opinions(s *scheme.Scheme, c casework.Case, verdict string) (bool, error) {
	waited := false
	for _, a := range c.Asks {
		for _, x := range a.Seats {
			if !x.Waiting || !a.Closed.IsZero() {
				continue
			}
			in := casework.Answer{Ask: a.Ask, Seat: x.ID, Fields: map[string]string{}}
			for _, f := range a.Fields {
				switch {
				case f.Name == "verdict":
					in.Fields[f.Name] = verdict
				case f.Type == "score":
					in.Fields[f.Name] = map[string]string{"passed": "90", "failed": "10"}[verdict]
				case f.Type == "yesno":
					in.Fields[f.Name] = "true"
				case f.Type == "text":
					in.Fields[f.Name] = "意见"
				case f.Type == "money":
					in.Fields[f.Name] = "4"
				case f.Type == "ratio":
					in.Fields[f.Name] = "4%"
				case f.Type == "choice":
					in.Fields[f.Name] = f.Of[0]
				case f.Type == "count":
					in.Fields[f.Name] = "12"
				}
			}
			if _, err := p.cases.Answer(context.Background(), p.sits(s, x), c.ID, in); err != nil {
				return waited, err
			}
			waited = true
		}
	}
	return waited, nil
}

// balances are posted and held of every account of the node that packs post to, budgets and outs apart.
func (p *stage) balances() (budgets, outs unit.Fen) {
	seen := map[string]bool{}
	for _, s := range p.packs {
		for _, a := range s.Accounts.All() {
			at := p.path(a)
			if seen[at] || a.Kind != scheme.Budget && a.Kind != scheme.Out {
				continue
			}
			seen[at] = true
			p.must(p.db.Read(context.Background(), func(tx *db.Tx) error {
				b, err := p.ledger.Balance(context.Background(), tx, at)
				if fault.KindOf(err) == fault.NotFound {
					return nil
				}
				if a.Kind == scheme.Budget {
					budgets += b.Posted
				} else {
					outs += b.Posted
				}
				return err
			}))
		}
	}
	return budgets, outs
}

// left is what stands in an account and is held there; one that was never opened has nothing.
func (p *stage) left(path string) string {
	var b ledger.Balance
	p.must(p.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		if b, err = p.ledger.Balance(context.Background(), tx, path); fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}))
	return b.Posted.String() + " held " + b.Held.String()
}

// whole is a case as somebody at every desk has it.
func (p *stage) whole(s *scheme.Scheme, c casework.Case) casework.Case {
	p.t.Helper()
	got, err := p.cases.Get(context.Background(), p.all(s, c), c.ID)
	p.must(err)
	return got
}
