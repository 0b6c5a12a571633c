package node

import (
	"context"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"corridor/internal/db"
)

// scrapeTimeMax is how long one reading of the metrics may ask the database.
const scrapeTimeMax = 5 * time.Second

// requestBuckets are the seconds that answers are counted by.
var requestBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// metrics is what the process tells Prometheus; docs/operating.md says what to watch. What stands in the database is read
// when it is asked for, so that it is never stale.
type metrics struct {
	n        *Node
	registry *prometheus.Registry
	requests *prometheus.HistogramVec

	mu      sync.Mutex // guards what the last audit found
	audited time.Time
	found   map[string]int
}

var (
	descActs     = prometheus.NewDesc("corridor_acts_total", "Acts that were committed.", nil, nil)
	descBatches  = prometheus.NewDesc("corridor_act_batches_total", "Transactions that they shared; acts by batches is the mean size.", nil, nil)
	descAsked    = prometheus.NewDesc("corridor_statements_total", "Statements that acts and readings ran; by requests it says what a page costs the database.", nil, nil)
	descRecalled = prometheus.NewDesc("corridor_remembered_total", "Questions of readings that were answered without asking the database.", nil, nil)
	descWaiting  = prometheus.NewDesc("corridor_acts_waiting", "Acts that wait for the writer or run.", nil, nil)
	descFence    = prometheus.NewDesc("corridor_lease_fence", "Fence of the lease; it grows each time that the database is taken into service.", nil, nil)
	descHeld     = prometheus.NewDesc("corridor_lease_held", "1 while this process serves the database.", nil, nil)
	descJobs     = prometheus.NewDesc("corridor_jobs", "Jobs by kind, waiting or dead.", []string{"kind", "state"}, nil)
	descLogSize  = prometheus.NewDesc("corridor_log_size", "Leaves of the log that have their number.", nil, nil)
	descPending  = prometheus.NewDesc("corridor_log_unsequenced", "Leaves that wait for their number.", nil, nil)
	descPeerAge  = prometheus.NewDesc("corridor_peer_age_seconds", "Seconds since the last good answer of a neighbour; -1 before the first.", []string{"peer"}, nil)
	descPeerSize = prometheus.NewDesc("corridor_peer_size", "Leaves of a neighbour's log that are verified.", []string{"peer"}, nil)
	descMirror   = prometheus.NewDesc("corridor_peer_mirrored", "Leaves of a neighbour's log that were looked along for what is mirrored, by kind.", []string{"peer", "kind"}, nil)
	descPeerBad  = prometheus.NewDesc("corridor_peer_problem", "1 while a neighbour's log says what cannot be true.", []string{"peer"}, nil)
	descAudit    = prometheus.NewDesc("corridor_audit_findings", "What the last audit found in a part of the node.", []string{"part"}, nil)
	descAuditAge = prometheus.NewDesc("corridor_audit_age_seconds", "Seconds since the last audit; -1 before the first.", nil, nil)
	descProvis   = prometheus.NewDesc("corridor_calendar_last_year", "Last year whose holiday notice is known; due days beyond are provisional.", nil, nil)
	descScrape   = prometheus.NewDesc("corridor_scrape_failed", "1 when part of the metrics could not be read from the database.", nil, nil)
)

func newMetrics(n *Node) *metrics {
	m := &metrics{n: n, registry: prometheus.NewRegistry(), found: map[string]int{}}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "corridor_http_request_seconds", Buckets: requestBuckets,
		Help: "Answers by method, line of the table of operations and status."}, []string{"method", "route", "status"})
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "corridor_build_info", Help: "1; which program this is.",
		ConstLabels: prometheus.Labels{"version": Version(), "go": runtime.Version(), "node": n.Node.Code}})
	build.Set(1)
	m.registry.MustRegister(m.requests, build, m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Version is the commit that the program was built from, or its module's version.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}

// handler answers a reading of the metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * scrapeTimeMax})
}

// answered counts an answer: web.Config.Answered.
func (m *metrics) answered(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// auditEnded keeps what an audit found in each part.
func (m *metrics) auditEnded(at time.Time, found map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.audited, m.found = at, found
}

// Describe tells every description; prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descActs, descBatches, descAsked, descRecalled, descWaiting, descFence, descHeld, descJobs, descLogSize, descPending, descPeerAge, descPeerSize, descMirror, descPeerBad,
		descAudit, descAuditAge, descProvis, descScrape} {
		to <- d
	}
}

// Collect reads what stands in the database and in the rooms; prometheus.Collector.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeMax)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	stats := m.n.DB.Stats()
	to <- prometheus.MustNewConstMetric(descActs, prometheus.CounterValue, float64(stats.Acts))
	to <- prometheus.MustNewConstMetric(descBatches, prometheus.CounterValue, float64(stats.Batches))
	to <- prometheus.MustNewConstMetric(descAsked, prometheus.CounterValue, float64(stats.Statements))
	to <- prometheus.MustNewConstMetric(descRecalled, prometheus.CounterValue, float64(stats.Remembered))
	gauge(descWaiting, float64(stats.Waiting))
	gauge(descFence, float64(stats.Fence))
	gauge(descHeld, m.held())
	_, last := m.n.Calendar.Days().Now().Published()
	gauge(descProvis, float64(last))
	failed := 0.0
	for _, part := range []func(context.Context, func(*prometheus.Desc, float64, ...string)) error{m.jobs, m.log, m.peers} {
		if err := part(ctx, gauge); err != nil {
			failed = 1
			m.n.said("read the metrics", err)
		}
	}
	gauge(descScrape, failed)
	m.mu.Lock()
	defer m.mu.Unlock()
	for part, n := range m.found {
		gauge(descAudit, float64(n), part)
	}
	gauge(descAuditAge, m.since(m.audited))
}

func (m *metrics) held() float64 {
	select {
	case <-m.n.DB.Lost():
		return 0
	default:
		return 1
	}
}

// since is the seconds since a time of the node; -1 for none.
func (m *metrics) since(at time.Time) float64 {
	if at.IsZero() {
		return -1
	}
	return max(m.n.now().Sub(at).Seconds(), 0)
}

func (m *metrics) jobs(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	var counts []db.JobCount
	err := m.n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		counts, err = tx.JobCounts(ctx)
		return err
	})
	for _, c := range counts {
		gauge(descJobs, float64(c.Waiting), c.Kind, "waiting")
		gauge(descJobs, float64(c.Dead), c.Kind, "dead")
	}
	return err
}

func (m *metrics) log(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	size, err := m.n.Log.Size(ctx)
	if err != nil {
		return err
	}
	pending, err := m.n.Log.Pending(ctx)
	if err != nil {
		return err
	}
	gauge(descLogSize, float64(size))
	gauge(descPending, float64(pending))
	return nil
}

func (m *metrics) peers(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	all, err := m.n.Federation.State(ctx)
	for _, p := range all {
		bad := 0.0
		if p.Problem != nil {
			bad = 1
		}
		gauge(descPeerAge, m.since(p.Seen), p.Code)
		gauge(descPeerSize, float64(p.Size), p.Code)
		gauge(descPeerBad, bad, p.Code)
		for _, x := range p.Mirrors {
			gauge(descMirror, float64(x.Next), p.Code, x.Kind)
		}
	}
	return err
}
