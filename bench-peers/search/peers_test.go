package search

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the analyzer "cjk"
	blevequery "github.com/blevesearch/bleve/v2/search/query"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"corridor/internal/catalogue/find"
	"corridor/internal/db/dbtest"
	"corridor/internal/db/measure"
	"corridor/internal/unit"
)

var (
	listings  = flag.Int("listings", 20000, "how many are searched")
	questionN = flag.Int("questions", 200, "that each engine is asked")
	owners    = flag.Int("owners", 250, "of a province")
)

const shown = 10

// engine is one way to search: the best of what has all words of a question, or any of them where nothing has all, how many there are, and
// the counts of the facets.
type engine interface {
	build(t testing.TB, docs []doc) (size string)
	ask(t testing.TB, text string, filter map[string]string) (best []int, total int)
}

// TestPeers prints two tables: speed and size over many listings, and recall over the few that questions with known answers are about.
func TestPeers(t *testing.T) {
	many, config := corpus(t, *listings, *owners)
	few, _ := corpus(t, 3360, 18)
	known := questions(t)
	var texts []string
	for _, q := range known {
		texts = append(texts, q.text)
	}
	fmt.Printf("\n%d listings; %d questions; PostgreSQL's own processor time is not in its CPU\n", len(many), *questionN)
	fmt.Println("| engine | built in | size | with a filter p50, p99 (CPU each) | without p50, p99 (CPU each) | recall among the first ten |\n|---|---|---|---|---|---|")
	for _, e := range []struct {
		name string
		make func() engine
	}{
		{"Corridor", func() engine { return &ours{config: config} }},
		{"Bleve 2.5.7, cjk", func() engine { return &bleveIndex{} }},
		{"SQLite FTS5, pairs (modernc)", func() engine { return &tables{driver: "sqlite"} }},
		{"PostgreSQL 15 GIN, pairs", func() engine { return &tables{driver: "pgx"} }},
	} {
		x := e.make()
		at := time.Now()
		size := x.build(t, many)
		built := time.Since(at)
		line := fmt.Sprintf("| %s | %s | %s |", e.name, measure.Short(built), size)
		for _, filtered := range []bool{true, false} {
			m := measure.Start(*questionN)
			for i := range *questionN {
				filter := map[string]string{}
				if filtered {
					filter[facets[0]] = string(provinces[i%len(provinces)])
				}
				_ = m.Time(func() error { x.ask(t, texts[i%len(texts)], filter); return nil })
			}
			w := m.Way(*questionN)
			line += fmt.Sprintf(" %s, %s (%s) |", measure.Short(w.P50), measure.Short(w.P99), measure.Short(w.CPU))
		}
		y := e.make()
		y.build(t, few)
		fmt.Printf("%s %.3f |\n", line, recall(t, y, few, known))
	}
}

// recall is the mean share of what answers a question, of at most ten, among the first ten.
func recall(t testing.TB, x engine, docs []doc, known []asked) float64 {
	sum, n := 0.0, 0
	for _, q := range known {
		want := 0
		for _, d := range docs {
			if q.answers(d) {
				want++
			}
		}
		if want == 0 {
			continue
		}
		got := 0
		best, _ := x.ask(t, q.text, nil)
		for _, no := range best {
			if q.answers(docs[no]) {
				got++
			}
		}
		sum += float64(got) / float64(min(want, shown))
		n++
	}
	return sum / float64(n)
}

type ours struct {
	config find.Config
	x      *find.Index
	no     map[unit.ID]int
}

func heap() uint64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (o *ours) build(t testing.TB, docs []doc) string {
	o.no = map[unit.ID]int{}
	for _, d := range docs {
		o.no[d.listing.ID] = d.no
	}
	before := heap()
	x, err := find.New(o.config)
	must(t, err)
	o.x = x
	for from := 0; from < len(docs); from += 1 << 14 {
		var changes []find.Change
		for _, d := range docs[from:min(from+1<<14, len(docs))] {
			changes = append(changes, find.Change{Listing: d.indexed})
		}
		must(t, x.Apply(int64(from+1), changes))
	}
	x.Settle()
	return fmt.Sprintf("%d MB of memory", (heap()-before)>>20)
}

func (o *ours) ask(t testing.TB, text string, filter map[string]string) (best []int, total int) {
	q := find.Query{Text: text, Facets: facets, Limit: shown, Filter: map[string][]string{}}
	for f, code := range filter {
		q.Filter[f] = []string{code}
	}
	a, err := o.x.Search(context.Background(), q)
	must(t, err)
	for _, h := range a.Hits {
		best = append(best, o.no[h.ID])
	}
	return best, a.Total
}

type bleveIndex struct{ x bleve.Index }

func (b *bleveIndex) build(t testing.TB, docs []doc) string {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = "cjk"
	text, code := bleve.NewTextFieldMapping(), bleve.NewTextFieldMapping()
	text.Store, text.Analyzer = false, "cjk"
	code.Store, code.Analyzer = false, keyword.Name
	m.DefaultMapping.AddFieldMappingsAt("text", text)
	for _, f := range facets {
		m.DefaultMapping.AddFieldMappingsAt(f, code)
	}
	dir := filepath.Join(t.TempDir(), "index")
	x, err := bleve.New(dir, m)
	must(t, err)
	t.Cleanup(func() { x.Close() })
	b.x = x
	for from := 0; from < len(docs); from += 5000 {
		batch := x.NewBatch()
		for _, d := range docs[from:min(from+5000, len(docs))] {
			all := map[string]any{"text": d.text}
			for _, f := range facets {
				all[f] = d.code(f)
			}
			must(t, batch.Index(fmt.Sprint(d.no), all))
		}
		must(t, x.Batch(batch))
	}
	return fmt.Sprintf("%d MB on disk", folder(t, dir)>>20)
}

func folder(t testing.TB, dir string) (n int64) {
	must(t, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	}))
	return n
}

func (b *bleveIndex) ask(t testing.TB, text string, filter map[string]string) (best []int, total int) {
	if best, total = b.with(t, text, filter, blevequery.MatchQueryOperatorAnd); total == 0 {
		best, total = b.with(t, text, filter, blevequery.MatchQueryOperatorOr)
	}
	return best, total
}

func (b *bleveIndex) with(t testing.TB, text string, filter map[string]string, of blevequery.MatchQueryOperator) (best []int, total int) {
	q := bleve.NewMatchQuery(text)
	q.SetField("text")
	q.SetOperator(of)
	all := bleve.NewConjunctionQuery(q)
	for f, code := range filter {
		term := bleve.NewTermQuery(code)
		term.SetField(f)
		all.AddQuery(term)
	}
	r := bleve.NewSearchRequestOptions(all, shown, 0, false)
	for _, f := range facets {
		r.AddFacet(f, bleve.NewFacetRequest(f, 50))
	}
	got, err := b.x.Search(r)
	must(t, err)
	for _, h := range got.Hits {
		var no int
		fmt.Sscan(h.ID, &no)
		best = append(best, no)
	}
	return best, int(got.Total)
}

// tables are full text inside a database, over a text that was cut into pairs before.
type tables struct {
	driver string
	d      *sql.DB
}

func (x *tables) build(t testing.TB, docs []doc) (size string) {
	var err error
	path := filepath.Join(t.TempDir(), "text.sqlite")
	if x.driver == "sqlite" {
		x.d, err = sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=cache_size(-262144)")
	} else {
		x.d, err = sql.Open("pgx", dbtest.NewCluster(t, "shared_buffers=256MB").Create(t, "peers", ""))
	}
	must(t, err)
	t.Cleanup(func() { x.d.Close() })
	x.exec(t, `CREATE TABLE listing (no BIGINT PRIMARY KEY, province TEXT, kind TEXT)`)
	insert := `INSERT INTO words (rowid, text) VALUES ($1, $2)`
	if x.driver == "sqlite" {
		x.exec(t, `CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61')`)
	} else {
		x.exec(t, `CREATE TABLE words (no BIGINT PRIMARY KEY, text tsvector)`)
		insert = `INSERT INTO words (no, text) VALUES ($1, to_tsvector('simple', $2))`
	}
	tx, err := x.d.Begin()
	must(t, err)
	for _, d := range docs {
		_, err := tx.Exec(`INSERT INTO listing (no, province, kind) VALUES ($1, $2, $3)`, d.no, d.code(facets[0]), d.code(facets[1]))
		must(t, err)
		_, err = tx.Exec(insert, d.no, strings.Join(grams(d.text), " "))
		must(t, err)
	}
	must(t, tx.Commit())
	x.exec(t, `CREATE INDEX listing_province ON listing (province, no)`)
	if x.driver == "sqlite" {
		x.exec(t, `INSERT INTO words (words) VALUES ('optimize')`)
		x.exec(t, `PRAGMA wal_checkpoint(TRUNCATE)`)
		return fmt.Sprintf("%d MB on disk", measure.FileBytes("sqlite:"+path)>>20)
	}
	x.exec(t, `CREATE INDEX words_text ON words USING gin (text)`)
	x.exec(t, `VACUUM ANALYZE`)
	var n int64
	must(t, x.d.QueryRow(`SELECT pg_database_size(current_database())`).Scan(&n))
	return fmt.Sprintf("%d MB on disk", n>>20)
}

func (x *tables) exec(t testing.TB, statement string) {
	_, err := x.d.Exec(statement)
	must(t, err)
}

func (x *tables) ask(t testing.TB, text string, filter map[string]string) (best []int, total int) {
	all, some := " & ", " | "
	if x.driver == "sqlite" {
		all, some = " AND ", " OR "
	}
	if best, total = x.with(t, text, filter, all); total == 0 {
		best, total = x.with(t, text, filter, some)
	}
	return best, total
}

func (x *tables) with(t testing.TB, text string, filter map[string]string, join string) (best []int, total int) {
	terms := grams(text)
	args := []any{}
	found, rank, no := `w.text @@ to_tsquery('simple', $1)`, `ts_rank(w.text, to_tsquery('simple', $1)) DESC`, `w.no`
	quoted := make([]string, len(terms))
	if x.driver == "sqlite" {
		found, rank, no = `words MATCH $1`, `bm25(words)`, `w.rowid`
		for i, g := range terms {
			quoted[i] = `"` + g + `"`
		}
		args = append(args, strings.Join(quoted, join))
	} else {
		for i, g := range terms {
			quoted[i] = `'` + g + `'`
		}
		args = append(args, strings.Join(quoted, join))
	}
	from := ` FROM words w JOIN listing l ON l.no = ` + no + ` WHERE ` + found
	bare := from
	all := args
	if code := filter[facets[0]]; code != "" {
		from += ` AND l.province = $2`
		all = append(all, code)
	}
	rows, err := x.d.Query(`SELECT l.no`+from+` ORDER BY `+rank+`, l.no DESC LIMIT 10`, all...)
	must(t, err)
	for rows.Next() {
		var n int
		must(t, rows.Scan(&n))
		best = append(best, n)
	}
	must(t, rows.Err())
	for i, facet := range []string{"province", "kind"} {
		of, with := from, all
		if i == 0 { // a facet counts without its own filter
			of, with = bare, args
		}
		rows, err := x.d.Query(`SELECT l.`+facet+`, count(*)`+of+` GROUP BY 1 ORDER BY 2 DESC LIMIT 50`, with...)
		must(t, err)
		for rows.Next() {
			var code string
			var n int
			must(t, rows.Scan(&code, &n))
			if i == 1 {
				total += n
			}
		}
		must(t, rows.Err())
	}
	return best, total
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
