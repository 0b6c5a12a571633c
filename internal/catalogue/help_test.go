package catalogue_test

import (
	"context"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/log"
	"corridor/internal/notice"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Synthetic organisations: the codes are well formed and given to nobody.
const (
	lab  = "12310000DEMQ000341"
	firm = "91340100MA0DEMQ19B"
)

var (
	admin    = access.Actor{Person: "01H00000000000000000000001", Name: "administrator", Grants: []access.Grant{{Role: "org_admin", Org: lab}}}
	operator = access.Actor{Person: "01H00000000000000000000002", Name: "operator", Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
	officer  = access.Actor{Person: "01H00000000000000000000003", Name: "officer", Grants: []access.Grant{{Role: "science", Region: "310000"}}}
	ofFirm   = access.Actor{Person: "01H00000000000000000000004", Name: "of the firm", Grants: []access.Grant{{Role: "org_admin", Org: firm}}}
	far      = access.Actor{Person: "01H00000000000000000000005", Name: "officer elsewhere", Grants: []access.Grant{{Role: "science", Region: "340000"}}}
	nobody   = access.Actor{}
)

// house is one catalogue on one database, with a log that makes things public.
type house struct {
	*testing.T
	*catalogue.Service
	ctx      context.Context
	db       *db.DB
	log      *log.Log
	registry *registry.Registry
	config   catalogue.Config
	now      *atomic.Pointer[time.Time]
}

// each runs a test on every database, at noon of 2026-05-06 in Beijing.
func each(t *testing.T, test func(h house)) {
	noon := time.Date(2026, 5, 6, 4, 0, 0, 0, time.UTC)
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var now atomic.Pointer[time.Time]
		now.Store(&noon)
		h := open(t, dbtest.OpenAt(t, dsn, func() time.Time { return *now.Load() }))
		h.now = &now
		test(h)
	})
}

func open(t testing.TB, d *db.DB) (h house) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h.T, _ = t.(*testing.T)
	h.ctx, h.db = context.Background(), d
	a, err := access.New(access.Config{DB: d})
	ok(err)
	r, err := registry.New(registry.Config{DB: d, Access: a, Regions: unit.GB2260(), Calendar: unit.ChinaCalendar(), Self: "310000", IdentityKey: []byte("a key of the test")})
	ok(err)
	h.registry = r
	store, err := files.New(files.Config{DB: d, Dir: t.TempDir()})
	ok(err)
	key, _ := log.NewKey("test/310000")
	h.log, err = log.New(log.Config{DB: d, Origin: "test/310000", Key: key})
	ok(err)
	h.config = catalogue.Config{DB: d, Access: a, Registry: r, Files: store, Log: h.log, Regions: unit.GB2260(), Days: unit.NewDays(unit.ChinaCalendar())}
	h.Service, err = catalogue.New(h.config)
	ok(err)
	ok(d.Act(h.ctx, func(tx *db.Tx) error {
		for _, o := range []registry.Org{
			{Code: lab, Name: fault.Words{"示范电镜中心", "Demo Electron Microscopy Centre"}, Kind: "institute", Region: "310115", Synthetic: true},
			{Code: firm, Name: fault.Words{"示范电池公司", "Demo Battery"}, Kind: "firm", Region: "340104", Synthetic: true},
		} {
			if err := r.Put(h.ctx, tx, access.System("test"), o); err != nil {
				return err
			}
		}
		return nil
	}))
	return h
}

// cryo is a cryo-electron microscope as its owner writes it.
func cryo(with ...string) map[string]string {
	m := map[string]string{
		"name": "冷冻透射电子显微镜", "ename": "Cryo transmission electron microscope", "model": "Titan Krios G4", "manufacturer": "Thermo Fisher Scientific",
		"class": "010101", "technical": "加速电压 300 kV，信息极限 0.12 nm", "function": "单颗粒结构解析", "status": "正常", "share": "外部共享", "duty_free": "否",
		"service_content": "单颗粒数据采集", "fee": "企业 6000 元/小时", "price_hour": "6000", "region": "310115", "contact": "值班室", "phone": "021-00000000",
		"inner_id": "EM-0001", "worth": "5300万元", "begin_date": "2021-09-01",
	}
	for i := 0; i+1 < len(with); i += 2 {
		m[with[i]] = with[i+1]
	}
	return maps.Clone(m)
}

func (h house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refused wants a refusal by its code.
func (h house) refused(err error, code string) {
	h.Helper()
	if fault.CodeOf(err) != code {
		h.Fatalf("got %v, want %s", err, code)
	}
}

// added enters the microscope.
func (h house) added(with ...string) catalogue.Listing {
	h.Helper()
	l, err := h.Add(h.ctx, operator, catalogue.Draft{Kind: "instrument", Owner: lab, Typed: cryo(with...)})
	h.ok(err)
	return l
}

// published enters and publishes it.
func (h house) published(with ...string) catalogue.Listing {
	h.Helper()
	l := h.added(with...)
	l, err := h.Step(h.ctx, operator, l.ID, l.Version, catalogue.Submit, "")
	h.ok(err)
	l, err = h.Step(h.ctx, admin, l.ID, l.Version, catalogue.Publish, "")
	h.ok(err)
	return l
}

// withNotices makes the room again with somebody who tells people.
func (h *house) withNotices(n *notice.Service) (err error) {
	c := h.config
	c.Notices = n
	h.Service, err = catalogue.New(c)
	return err
}

func day(t testing.TB, text string) unit.Day {
	t.Helper()
	d, err := unit.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
