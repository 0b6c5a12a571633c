package registry_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Synthetic organisations: the codes are well formed and given to nobody.
const (
	firmA = "91340100MA0DEMQ19B"
	firmB = "91340200MA0DEMQ27B"
	lab   = "12310000DEMQ000341"
	team  = "local:team-7"
)

var (
	officer = access.Actor{Person: "01H00000000000000000000001", Name: "officer", Grants: []access.Grant{{Role: "science", Region: "340000"}}}
	head    = access.Actor{Person: "01H00000000000000000000004", Name: "head", Grants: []access.Grant{{Role: "head", Region: "340000"}}}
	admin   = access.Actor{Person: "01H00000000000000000000002", Name: "admin", Grants: []access.Grant{{Role: "node_admin"}}}
	ofFirmA = access.Actor{Person: "01H00000000000000000000003", Name: "of the firm", Grants: []access.Grant{{Role: "org_admin", Org: firmA}}}
	nobody  = access.Actor{}
)

// house is one registry on one database, with a clock that the test sets.
type house struct {
	*testing.T
	*registry.Registry
	ctx    context.Context
	db     *db.DB
	access *access.Service
	now    *time.Time
}

// each runs a test on every database, at noon of 2026-05-06 in Beijing.
func each(t *testing.T, test func(h house)) {
	noon := time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)
	dbtest.Each(t, func() time.Time { return noon }, func(t *testing.T, d *db.DB) {
		noon = time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)
		test(open(t, d, &noon))
	})
}

func open(t *testing.T, d *db.DB, now *time.Time) house {
	t.Helper()
	a, err := access.New(access.Config{DB: d})
	if err != nil {
		t.Fatal(err)
	}
	r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(),
		IdentityKey: []byte("a key of the test")})
	if err != nil {
		t.Fatal(err)
	}
	return house{t, r, context.Background(), d, a, now}
}

// on sets the clock to noon of a day in Beijing. A database's acts go forward in time only.
func (h house) on(day string) {
	h.Helper()
	*h.now = h.day(day).Start(unit.Beijing()).Add(12 * time.Hour)
}

func (h house) day(s string) unit.Day {
	h.Helper()
	if s == "" {
		return 0
	}
	d, err := unit.ParseDay(s)
	if err != nil {
		h.Fatal(err)
	}
	return d
}

func (h house) act(fn func(tx *db.Tx) error) error { return h.db.Act(h.ctx, fn) }

// must runs an act that has to go.
func (h house) must(fn func(tx *db.Tx) error) {
	h.Helper()
	if err := h.act(fn); err != nil {
		h.Fatal(err)
	}
}

// refused runs an act that has to be refused with a code.
func (h house) refused(code string, fn func(tx *db.Tx) error) {
	h.Helper()
	if err := h.act(fn); fault.CodeOf(err) != code {
		h.Errorf("got %v, want %s", err, code)
	}
}

func (h house) read(fn func(tx *db.Tx)) {
	h.Helper()
	if err := h.db.Read(h.ctx, func(tx *db.Tx) error { fn(tx); return nil }); err != nil {
		h.Fatal(err)
	}
}

func (h house) put(who access.Actor, orgs ...registry.Org) {
	h.Helper()
	h.must(func(tx *db.Tx) error {
		for _, o := range orgs {
			if err := h.Put(h.ctx, tx, who, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// three enters the three organisations that most tests speak of.
func (h house) three() {
	h.Helper()
	h.put(admin, orgA(), orgB(), orgLab())
}

func orgA() registry.Org {
	return registry.Org{Code: firmA, Name: fault.Words{"合肥市巢湖电池材料有限公司（演示）", "Chaohu Battery Materials Ltd (demo)"}, Kind: "firm",
		Region: "340100", Industry: "3985", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true}
}

func orgB() registry.Org {
	return registry.Org{Code: firmB, Name: fault.Words{"芜湖重型装备集团有限公司（演示）", "Wuhu Heavy Equipment Group Ltd (demo)"}, Kind: "firm",
		Region: "340200", Industry: "3599", Founded: unit.Date(2004, 9, 1), Home: "340000", Synthetic: true}
}

func orgLab() registry.Org {
	return registry.Org{Code: lab, Name: fault.Words{"上海浦江冷冻电镜中心（演示）", "Shanghai Pujiang Cryo-EM Centre (demo)"}, Kind: "lab",
		Region: "310115", Industry: "7320", Home: "310000", Synthetic: true}
}

// relate states relations from a register: org kind holder share since until, one in a line, - for none.
func (h house) relate(register string) {
	h.Helper()
	h.must(func(tx *db.Tx) error {
		for _, line := range lines(register) {
			f := strings.Fields(line)
			x := registry.Relation{Org: f[0], Kind: f[1], Holder: f[2], Since: h.day(f[4]), Source: "company register"}
			if f[3] != "-" {
				if err := x.Share.UnmarshalText([]byte(f[3])); err != nil {
					return err
				}
			}
			if f[5] != "-" {
				x.Until = h.day(f[5])
			}
			if err := h.PutRelation(h.ctx, tx, admin, x); err != nil {
				return err
			}
		}
		return nil
	})
}

func lines(register string) (all []string) {
	for _, l := range strings.Split(register, "\n") {
		if strings.TrimSpace(l) != "" {
			all = append(all, l)
		}
	}
	return all
}

// local makes the code of an organisation that a graph needs.
func (h house) local(names ...string) {
	h.Helper()
	for _, n := range names {
		h.put(admin, registry.Org{Code: "local:" + n, Name: fault.Words{n, n}, Kind: "team", Region: "340100", Synthetic: true})
	}
}
