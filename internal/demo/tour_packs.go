package demo

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"

	"corridor/schemes"
)

// packPatience is how long a line of a way may wait for what nodes do by themselves.
const packPatience = 30 * time.Second

// acrossLine begins a line of a way that goes through several nodes: the code of the node.
var acrossLine = regexp.MustCompile(`(?m)^\d{6} `)

// packWays are the ways of the tour through packs, in an order in which the days that pass on them fit into the year of the editions: the
// yearly look at a recognition comes in April, a benefit without application in June, the evaluation of a consortium in December. A file is the
// folder of a pack, and the name of the way where it is not walk.txt.
var packWays = []struct{ name, node, file string }{
	{"recognition: a specialised SME is scored, visited, named, looked at again in April, repaired and revoked", Zhejiang, "cn-330000/specialised-sme"},
	{"recognition: a smart factory climbs rung by rung and goes down again", Jiangsu, "cn-320000/smart-factory"},
	{"benefits: one is paid at once, the higher one comes in June without application, less what was had", Anhui, "cn-340000/no-application-benefit walk-higher.txt"},
	{"research call: sealed proposals, a panel, a race, a stop, a test by a third party", Anhui, "cn-340000/call-proposal"},
	{"innovation challenge: from a need to a contract", Jiangsu, "cn-320000/innovation-challenge"},
	{"introduction: a broker is engaged, suggests, and is paid his fee after the contract", Anhui, "cn-340000/introduction"},
	{"basic research: five experts drawn by lot judge a project, and it is paid", Anhui, "cn-340000/joint-fund"},
	{"joint topic: experts judge it, and two treasuries each pay the team of their own", Anhui, "cn-340000/joint-topic"},
	{"common pot: two treasuries pay in, one list, each gets back about what it paid", Anhui, "cn-340000/joint-pot"},
	{"financing: three banks are asked, one refuses with its reason, two offers stand side by side, one lends", Shanghai, "cn-310000/financing-request"},
	{"credit: a refund is refused for the rating, an officer goes to the firm on a day that both agreed, the rating is raised, the refund is paid", Zhejiang, "cn-330000/credit-rerating"},
	{"refund: uncredited input tax is paid and called back", Zhejiang, "cn-330000/vat-refund"},
	{"research call: a vague target is sent back, and a call that nobody answers is listed again", Anhui, "cn-340000/research-call"},
	{"innovation consortium: experts judge it, a member joins, it is evaluated in December", Anhui, "cn-340000/innovation-consortium"},
	{"recognition: the leader of a chain, with what offices say of it", Anhui, "cn-340000/chain-leader"},
	{"technology transfer: the price in public notice, the contract registered, the makers' share", Shanghai, "cn-310000/technology-transfer"},
}

// TourPacks goes a way of every kind of pack from the draft to an end, by the pages of running nodes, and prints each line with the stage that
// followed, or what was refused. These are the walk.txt that stand beside the packs; the lines of a way through several nodes begin with the node. It stops at the first
// line that does not hold. It wants a world whose year has begun not long ago: editions and budgets are those of the year.
func TourPacks(ctx context.Context, at func(code string) string, out io.Writer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			failed, is := r.(walkFailed)
			if !is {
				panic(r)
			}
			err = failed.error
		}
	}()
	t := &tour{at: at, out: out}
	nodes := map[string]*walker{}
	for _, m := range Members {
		if m.Code != Office {
			nodes[m.Code] = t.walker(ctx, m.Code, nodes)
		}
	}
	var steps []step
	for _, x := range packWays {
		steps = append(steps, step{x.name, func(context.Context) error {
			for _, w := range nodes {
				clear(w.cases)
			}
			register, err := packWalk(x.file)
			if err != nil {
				return err
			}
			if acrossLine.MatchString(register) {
				if err := acrossNodes(nodes, register); err != nil {
					return err
				}
				return t.atEnd(nodes[x.node], begunBy(register))
			}
			nodes[x.node].play(register)
			return t.atEnd(nodes[x.node], register)
		}})
	}
	return t.play(ctx, steps)
}

// begunBy are the lines of a way through several nodes by which somebody opens a case. Those that a lead opened elsewhere stay with
// whoever pays as long as they may be audited.
func begunBy(register string) string {
	var out []string
	for _, line := range strings.Split(acrossLine.ReplaceAllString(register, ""), "\n") {
		if c := strings.Fields(line); len(c) > 1 && (c[1] == "opens" || c[1] == "calls") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// packWalk is a way of the newest edition of a pack, as packWays name it.
func packWalk(file string) (string, error) {
	pack, way, named := strings.Cut(file, " ")
	if !named {
		way = "walk.txt"
	}
	files, err := fs.Glob(schemes.FS, path.Join(pack, "*", way))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("%s has no %s: %w", pack, way, err)
	}
	text, err := fs.ReadFile(schemes.FS, files[len(files)-1])
	return string(text), err
}

// acrossNodes plays a way whose lines begin with the code of a node. A line of days moves the clock of all.
func acrossNodes(nodes map[string]*walker, register string) error {
	for _, line := range strings.Split(register, "\n") {
		code, rest, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || strings.HasPrefix(code, "#") {
			continue
		}
		w := nodes[code]
		if w == nil {
			return fmt.Errorf("%s: no node of the world", line)
		}
		w.play(rest)
	}
	return nil
}

var (
	opensScheme = regexp.MustCompile(`(?m)^(\S+) +(?:(?:opens|finds|calls) +(\S+)|adds +(\S+) +\S+) +(\S+)`)
	endOf       = regexp.MustCompile(`"end":"(granted|refused|ended)"`)
	pageDay     = regexp.MustCompile(`\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d`)
)

// walkFailed is what ends a way that does not hold.
type walkFailed struct{ error }

// walker goes ways in a node that runs, as people of the demonstration.
func (t *tour) walker(ctx context.Context, code string, all map[string]*walker) *walker {
	w := &walker{at: t.at(code), code: code, who: map[string]*http.Client{}, cases: map[string]string{}, patience: packPatience,
		fail:  func(format string, args ...any) { panic(walkFailed{fmt.Errorf(format, args...)}) },
		again: func() { time.Sleep(lookEvery) }}
	w.clock = func() time.Time { // as the foot of every page says it
		m := pageDay.FindStringSubmatch(w.get(http.DefaultClient, "/schemes"))
		if m == nil {
			w.fail("the page of %s does not say what day it is", code)
		}
		at, err := time.Parse("2006年1月2日 15:04", m[0])
		w.ok(err)
		return at
	}
	w.move = func(days int) {
		c, err := signIn(ctx, t.at(Office), "planner@office.example")
		for end := time.Now().Add(w.patience); err != nil && time.Now().Before(end); time.Sleep(lookEvery) { // a machine that is busy says so
			c, err = signIn(ctx, t.at(Office), "planner@office.example")
		}
		w.ok(err)
		w.ok(c.post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": days}, nil))
		for _, x := range all {
			clear(x.who)
		}
	}
	w.told = func(line, became string) {
		if became != "" {
			line += "  ->  " + became
		}
		t.say("%s", line)
	}
	return w
}

// atEnd wants every case of a way at an end, as whoever opened it sees it.
func (t *tour) atEnd(w *walker, register string) error {
	for _, m := range opensScheme.FindAllStringSubmatch(register, -1) {
		var c caseAnswer
		page := ""
		for end := time.Now().Add(packPatience); c.End == "" && time.Now().Before(end); time.Sleep(lookEvery) {
			page = w.get(w.client(m[1]), "/api/v1"+w.cases[m[2]+m[3]])
			if found := endOf.FindStringSubmatch(page); found != nil {
				c.End = found[1]
			}
		}
		if c.End == "" {
			return fmt.Errorf("case %s has not come to an end: %.300s", m[2]+m[3], page)
		}
	}
	return nil
}
