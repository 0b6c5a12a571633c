package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kind is one kind of request, and who sends it where.
type kind struct {
	name, method string
	urls         []string
	tokens       []string
	body         string
}

// each asks for every kind by itself, one request after the other, and prints what an answer cost the node, and its database where
// beside names the process whose children work for it (postgres). Processor time hardly depends on what else the machine does, so it
// can be compared where waiting cannot. desks parts every kind by who asks.
func each(at string, people []person, n, beside int, seed uint64, only string, desks bool) error {
	matches, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	fmt.Printf("| asked | part of the mixture | of the node | of PostgreSQL | statements | bytes | median | longest |\n|---|---|---|---|---|---|---|---|\n")
	all := kinds(at, people, desks)
	var sum, sumBeside, sumShare float64
	for _, k := range all {
		if !matches.MatchString(k.name) {
			continue
		}
		for range 3 { // what is made at the first use is made
			if _, _, err := k.ask(random); err != nil {
				return err
			}
		}
		before, err := costs(at, beside)
		if err != nil {
			return err
		}
		var took []time.Duration
		var size int64
		for range n {
			start := time.Now()
			bytes, status, err := k.ask(random)
			if err != nil {
				return err
			}
			if status >= 500 {
				return fmt.Errorf("%s: %d", k.name, status)
			}
			took, size = append(took, time.Since(start)), size+bytes
		}
		after, err := costs(at, beside)
		if err != nil {
			return err
		}
		slices.Sort(took)
		cost := func(i int) float64 { return (after[i] - before[i]) / float64(n) }
		part := portion(k.name)
		sum, sumBeside, sumShare = sum+part*cost(0), sumBeside+part*cost(1), sumShare+part
		fmt.Printf("| `%s` | %.1f %% | %.2f ms | %.2f ms | %.1f | %d kB | %.1f ms | %.1f ms |\n", k.name, part, cost(0)*1000, cost(1)*1000, cost(2),
			size/int64(n)/1000, float64(took[len(took)/2])/1e6, float64(took[len(took)-1])/1e6)
	}
	if sumShare > 0 {
		fmt.Printf("| the mixture | %.0f %% | %.2f ms | %.2f ms | | | | |\n", sumShare, sum/sumShare*1000, sumBeside/sumShare*1000)
	}
	return nil
}

// kinds are the lines of the mixture and, for the rest, the single things by what they are.
func kinds(at string, people []person, desks bool) (all []kind) {
	var tokens []string
	for i, p := range people {
		if i < len(accounts) {
			tokens = append(tokens, p.token)
		}
	}
	for _, s := range shares {
		k := kind{name: s.method + " " + s.path, method: s.method, urls: []string{at + s.path}, tokens: tokens, body: s.body}
		if !desks {
			all = append(all, k)
			continue
		}
		for i := range tokens {
			k.name, k.tokens = s.method+" "+s.path+" "+people[i].desk, tokens[i:i+1]
			all = append(all, k)
		}
	}
	for _, list := range listed {
		k := kind{name: "GET " + list + "/…", method: "GET"}
		for i, p := range people {
			if i >= len(accounts) {
				break
			}
			for _, l := range p.links {
				if path.Dir(l) == list {
					k.urls, k.tokens = append(k.urls, at+l), append(k.tokens, p.token)
				}
			}
		}
		if len(k.urls) > 0 {
			all = append(all, k)
		}
	}
	return all
}

// listed are the kinds of single things.
var listed = []string{"/cases", "/listings", "/instruments", "/registry", "/schemes", "/figures", "/public-notices", "/tasks", "/agreements"}

// portion is how often a kind is asked for, of a hundred; single things have what is left by how many links lead to them.
func portion(name string) float64 {
	for _, s := range shares {
		if strings.HasPrefix(name, s.method+" "+s.path) && (len(name) == len(s.method+" "+s.path) || name[len(s.method+" "+s.path)] == ' ') {
			return float64(s.percent)
		}
	}
	return linkShare[strings.TrimSuffix(strings.TrimPrefix(name, "GET "), "/…")]
}

var linkShare = map[string]float64{}

// weighLinks fills linkShare from what people's pages lead to.
func weighLinks(people []person) {
	rest, total := 100, 0.0
	for _, s := range shares {
		rest -= s.percent
	}
	n := map[string]float64{}
	for _, p := range people {
		for _, l := range p.links {
			n[path.Dir(l)] += 1 / float64(len(p.links))
		}
	}
	for _, x := range n {
		total += x
	}
	for dir, x := range n {
		linkShare[dir] = float64(rest) * x / total
	}
}

func (k kind) ask(random *rand.Rand) (size int64, status int, err error) {
	i := random.IntN(len(k.urls))
	token := k.tokens[random.IntN(len(k.tokens))]
	if len(k.tokens) == len(k.urls) {
		token = k.tokens[i]
	}
	r, err := http.NewRequest(k.method, k.urls[i], strings.NewReader(k.body))
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Language", "zh")
	if k.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, 0, err
	}
	defer a.Body.Close()
	size, err = io.Copy(io.Discard, a.Body)
	return size, a.StatusCode, err
}

var (
	processor  = regexp.MustCompile(`(?m)^process_cpu_seconds_total (\S+)$`)
	statements = regexp.MustCompile(`(?m)^corridor_statements_total (\S+)$`)
)

// costs are the processor seconds of the node and of the database's processes, and the statements run, so far.
func costs(at string, beside int) (out [3]float64, err error) {
	page, err := get(at+"/metrics", "")
	if err != nil {
		return out, err
	}
	for i, of := range map[int]*regexp.Regexp{0: processor, 2: statements} {
		if m := of.FindStringSubmatch(page); m != nil {
			out[i], _ = strconv.ParseFloat(m[1], 64)
		}
	}
	if beside == 0 {
		return out, nil
	}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range all {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if f[1] != strconv.Itoa(beside) {
			continue
		}
		for _, ticks := range f[11:13] { // utime, stime, of a hundredth of a second
			t, _ := strconv.ParseFloat(ticks, 64)
			out[1] += t / 100
		}
	}
	return out, err
}
