// Command load asks a running demonstration for pages and the interface for programs as many signed-in people do, at a fixed rate,
// and says how long the answers took. It knows the node only over HTTP, so it is the same for SQLite and PostgreSQL.
//
//	go run . -at http://127.0.0.1:9984 -rate 300 -users 50 -seconds 30
//	go run . -at http://127.0.0.1:9984 -each 50    # what one answer of each kind costs in processor time
//
// The rate is open: a request is sent when its time has come, whether or not those before it are answered, as people do; a slow
// node shows as waiting and not as fewer requests. It exits with 1 if an answer was a failure of the node (5xx) or none at all.
// Vegeta (MIT) sends and counts; it is a module of its own so that nothing of it is part of Corridor.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

func main() {
	at := flag.String("at", "http://127.0.0.1:8034", "address of a node of a demonstration")
	rate := flag.Int("rate", 300, "requests a second")
	users := flag.Int("users", 50, "people signed in")
	seconds := flag.Int("seconds", 30, "how long")
	seed := flag.Uint64("seed", 1, "of the mixture")
	password := flag.String("password", "corridor-demo-only", "of the demonstration's accounts")
	label := flag.String("row", "", "print a row of a table with this in front instead of sentences")
	one := flag.Int("each", 0, "ask for each kind so many times, one after the other, and say what an answer costs in processor time")
	only := flag.String("only", "", "with -each: the kinds whose name has this expression")
	desks := flag.Bool("desks", false, "with -each: each kind by who asks")
	every := flag.Int("every", 0, "also say how long the answers of each so many seconds took")
	beside := flag.Int("beside", 0, "with -each: the process of PostgreSQL whose children are counted, too")
	flag.Parse()
	if err := run(*at, *password, *label, *rate, *users, *seconds, *every, *seed, func(people []person) (bool, error) {
		if *one == 0 {
			return false, nil
		}
		weighLinks(people)
		return true, each(*at, people, *one, *beside, *seed, *only, *desks)
	}); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// accounts of each demonstration node, by what they are for.
var accounts = []string{"firm", "lab", "review", "finance", "release", "check", "supervise", "desk", "head", "window", "science", "admin"}

// share is how often something is asked for, of a hundred; the rest is what the pages lead to.
type share struct {
	percent      int
	method, path string
	body         string
}

var shares = []share{
	{10, "GET", "/", ""},
	{10, "GET", "/cases", ""},
	{6, "GET", "/queue", ""},
	{6, "GET", "/notices", ""},
	{8, "GET", "/search?q=电镜", ""},
	{6, "GET", "/search?q=质谱&kind=instrument", ""},
	{4, "GET", "/figures", ""},
	{3, "GET", "/account", ""},
	{3, "GET", "/public-notices", ""},
	{8, "GET", "/api/v1/cases", ""},
	{8, "GET", "/api/v1/search?q=electron", ""},
	{6, "GET", "/api/v1/notices", ""},
	{3, "GET", "/log/checkpoint", ""},
	{5, "PUT", "/api/v1/account/wish", `{"mail":true,"lang":"zh"}`},
}

// person is one who is signed in, and what their pages lead to.
type person struct {
	desk  string
	token string
	links []string
}

func run(at, password, label string, rate, users, seconds, every int, seed uint64, alone func([]person) (bool, error)) error {
	domain, err := domainOf(at)
	if err != nil {
		return err
	}
	var people []person
	for i := 0; len(people) < users; i++ {
		if i > 0 && i%len(accounts) == 0 && len(people) == 0 {
			return fmt.Errorf("nobody can sign in at %s", at)
		}
		token, err := signIn(at, accounts[i%len(accounts)]+"@"+domain, password)
		if err != nil {
			continue // not every node has every desk
		}
		people = append(people, person{accounts[i%len(accounts)], token, linksOf(at, token)})
	}
	if done, err := alone(people); done || err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	target := func(t *vegeta.Target) error {
		p := people[random.IntN(len(people))]
		*t = vegeta.Target{Method: "GET", Header: http.Header{"Authorization": {"Bearer " + p.token}, "Accept-Language": {"zh"}}}
		n := random.IntN(100)
		for _, s := range shares {
			if n -= s.percent; n < 0 {
				t.Method, t.URL = s.method, at+s.path
				if s.body != "" {
					t.Body = []byte(s.body)
					t.Header.Set("Content-Type", "application/json")
				}
				return nil
			}
		}
		t.URL = at + p.links[random.IntN(len(p.links))]
		return nil
	}
	before := load()
	say := func(format string, args ...any) {
		if label == "" {
			fmt.Printf(format, args...)
		}
	}
	say("%d requests/s for %d s at %s, %d people; %s, %d processors, load %s before\n", rate, seconds, at, len(people), runtime.Version(), runtime.NumCPU(), before)
	var all vegeta.Metrics
	kinds, spans, began := map[string]*vegeta.Metrics{}, map[string]*vegeta.Metrics{}, time.Now()
	add := func(to map[string]*vegeta.Metrics, name string, r *vegeta.Result) {
		if to[name] == nil {
			to[name] = new(vegeta.Metrics)
		}
		to[name].Add(r)
	}
	attack := vegeta.NewAttacker(vegeta.Timeout(30*time.Second), vegeta.Redirects(vegeta.NoFollow), vegeta.MaxBody(0), vegeta.Connections(users))
	for r := range attack.Attack(target, vegeta.Rate{Freq: rate, Per: time.Second}, time.Duration(seconds)*time.Second, "corridor") {
		all.Add(r)
		add(kinds, kindOf(r.Method, strings.TrimPrefix(r.URL, at)), r)
		if every > 0 {
			add(spans, fmt.Sprintf("from second %3d", int(r.Timestamp.Sub(began).Seconds())/every*every), r)
		}
	}
	all.Close()
	l := all.Latencies
	defer sayKinds(say, kinds)
	for _, name := range slices.Sorted(maps.Keys(spans)) {
		spans[name].Close()
		x := spans[name].Latencies
		say("  %s: median %-8s p99 %-8s longest %s\n", name, x.P50.Round(time.Millisecond/10), x.P99.Round(time.Millisecond/10), x.Max.Round(time.Millisecond/10))
	}
	say("%d requests, %.1f/s sent, %.1f/s answered well\n", all.Requests, all.Rate, all.Throughput)
	say("median %s, p95 %s, p99 %s, longest %s\n", l.P50.Round(time.Millisecond/10), l.P95.Round(time.Millisecond/10), l.P99.Round(time.Millisecond/10), l.Max.Round(time.Millisecond/10))
	codes := make([]string, 0, len(all.StatusCodes))
	bad := 0
	for code, n := range all.StatusCodes {
		codes = append(codes, fmt.Sprintf("%s: %d", code, n))
		if code == "0" || code[0] == '5' {
			bad += n
		}
	}
	slices.Sort(codes)
	if label != "" {
		ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }
		fmt.Printf("| %s | %d/s, %d people, %d s | %.1f/s | %s | %s | %s | %s | %d | %s | %s to %s |\n", label, rate, len(people), seconds, all.Throughput,
			ms(l.P50), ms(l.P95), ms(l.P99), ms(l.Max), bad, memory(at), before, load())
	}
	say("status %s; load %s after; the node holds %s\n", strings.Join(codes, ", "), load(), memory(at))
	if bad > 0 {
		return fmt.Errorf("%d requests failed: %v", bad, all.Errors[:min(len(all.Errors), 3)])
	}
	return nil
}

// kindOf is a request without what it asks about: one of the shares, or where one thing of a list is shown.
func kindOf(method, path string) string {
	for _, s := range shares {
		if s.method == method && s.path == path {
			return method + " " + path
		}
	}
	if i := strings.LastIndex(path, "/"); i > 0 {
		path = path[:i] + "/{one}"
	}
	return method + " " + path
}

// sayKinds says how long each kind of request took, the slowest first, and what was not found.
func sayKinds(say func(string, ...any), kinds map[string]*vegeta.Metrics) {
	names := make([]string, 0, len(kinds))
	for name, m := range kinds {
		m.Close()
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(kinds[b].Latencies.P99 - kinds[a].Latencies.P99) })
	for _, name := range names {
		m := kinds[name]
		say("  %-42s %5d  median %-8s p99 %-8s longest %-8s not found %d\n", name, m.Requests, m.Latencies.P50.Round(time.Millisecond/10),
			m.Latencies.P99.Round(time.Millisecond/10), m.Latencies.Max.Round(time.Millisecond/10), m.StatusCodes["404"])
	}
}

// domainOf finds under which domain a demonstration node keeps its accounts.
func domainOf(at string) (string, error) {
	page, err := get(at+"/signin", "")
	if err != nil {
		return "", err
	}
	for _, name := range [][2]string{{"上海", "shanghai"}, {"江苏", "jiangsu"}, {"浙江", "zhejiang"}, {"安徽", "anhui"}} {
		if strings.Contains(page, name[0]+"节点</title>") {
			return name[1] + ".example", nil
		}
	}
	return "", fmt.Errorf("%s is no jurisdiction of the demonstration", at)
}

func signIn(at, email, password string) (string, error) {
	body, _ := json.Marshal(map[string]string{"email": email, "password": password})
	a, err := http.Post(at+"/api/v1/sign-in", "application/json", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	var out struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(a.Body).Decode(&out); err != nil || out.Token == "" {
		return "", fmt.Errorf("%s: %s", email, a.Status)
	}
	return out.Token, nil
}

var href = regexp.MustCompile(`href="(/(?:cases|listings|instruments|registry|schemes|figures|public-notices|tasks|agreements)/[^"#?/]+)"`)

// linksOf are the pages of single things that the lists of a person lead to; the home page where there are none.
func linksOf(at, token string) []string {
	seen := map[string]bool{}
	for _, list := range []string{"/cases", "/search?q=仪", "/registry", "/schemes", "/figures", "/public-notices"} {
		page, err := get(at+list, token)
		if err != nil {
			continue
		}
		for _, m := range href.FindAllStringSubmatch(page, -1) {
			seen[strings.ReplaceAll(m[1], "&amp;", "&")] = true
		}
	}
	out := []string{"/"}
	for link := range seen {
		out = append(out, link)
	}
	slices.Sort(out)
	return out
}

func get(url, token string) (string, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept-Language", "zh")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, 8<<20))
	return string(b), err
}

// load is what else the machine does: runnable processes of the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(b))[0]
}

var resident = regexp.MustCompile(`(?m)^process_resident_memory_bytes (\S+)$`)

// memory is what the node's process says that it holds.
func memory(at string) string {
	page, err := get(at+"/metrics", "")
	if m := resident.FindStringSubmatch(page); err == nil && m != nil {
		var bytes float64
		fmt.Sscan(m[1], &bytes)
		return fmt.Sprintf("%.0f MB", bytes/1e6)
	}
	return "memory it does not tell"
}
