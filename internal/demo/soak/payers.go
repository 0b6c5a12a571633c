package soak

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/demo"
	"corridor/internal/unit"
)

// A topic that three jurisdictions pay, with one thing broken at each letter between its lead and one of the payers. The lead lives in
// Anhui, which pays too; the payer to which things happen is Shanghai, Jiangsu is a third whose letters nobody breaks; each is a
// process of its own. After each step the lead and the payer have to say the same of each other by themselves.

const (
	payersMost    = 3 * time.Minute // for both sides to agree, on a machine that is busy
	payersLook    = 40 * time.Millisecond
	expertsInPool = 7 // of the demonstration

	topicDays = 16 // by how much the clock is moved so that the public notice of a topic ends, holidays in it or not
)

// sharesOfTopic is what each jurisdiction is asked for, in whole yuan.
var sharesOfTopic = []struct{ node, team, sum string }{{demo.Shanghai, demo.Lab, "300000"}, {demo.Jiangsu, demo.JiangsuFirm, "250000"}, {demo.Anhui, demo.SmallFirm, "200000"}}

// topicStep is one act of somebody, by the mailbox of their desk. Where lead is set things are broken around it, and it is how both
// sides then stand: the lead's stage, the payer's, and what the lead says of the payer's.
type topicStep struct {
	node, who, action string
	lead, payer, said string
}

const (
	askedSaid     = "to be confirmed here"
	confirmedSaid = "confirmed, money set aside"
)

// topicLives are the ways that a topic goes. Beside the steps in which things are broken stand those that have to come before.
var topicLives = []struct {
	name  string
	paid  []string // jurisdictions that have paid in the end
	steps []topicStep
}{
	{"all confirm, and each pays", []string{demo.Shanghai, demo.Jiangsu, demo.Anhui}, []topicStep{
		{demo.Anhui, "head", "ask_payers", "asking", "requested", askedSaid},
		{node: demo.Jiangsu, who: "desk", action: "confirm"}, {node: demo.Anhui, who: "desk", action: "confirm"},
		{demo.Shanghai, "desk", "confirm", "noticed", "confirmed", confirmedSaid},
		{demo.Anhui, "admin", moveClock, "running", "ordered", "payment ordered"},
		{node: demo.Jiangsu, who: "finance", action: "mark_paid"}, {node: demo.Anhui, who: "finance", action: "mark_paid"},
		{demo.Shanghai, "finance", "mark_paid", "running", "paid", "paid"},
		{node: demo.Anhui, who: "firm", action: "report"}, {node: demo.Anhui, who: "desk", action: "compare"},
		{demo.Anhui, "head", "finish", "finished", "paid", "paid"}}},
	{"one withdraws, is asked again and let go", []string{demo.Jiangsu, demo.Anhui}, []topicStep{
		{node: demo.Anhui, who: "head", action: "ask_payers"},
		{node: demo.Jiangsu, who: "desk", action: "confirm"}, {node: demo.Anhui, who: "desk", action: "confirm"}, {node: demo.Shanghai, who: "desk", action: "confirm"},
		{demo.Shanghai, "desk", "withdraw", "short", "withdrawn", "withdrawn"},
		{demo.Anhui, "desk", "ask_again", "asking", "requested", askedSaid},
		{demo.Shanghai, "desk", "refuse", "short", "refused", "does not pay"},
		{demo.Anhui, "head", "go_on", "noticed", "refused", "does not pay"},
		{node: demo.Anhui, who: "admin", action: moveClock},
		{node: demo.Jiangsu, who: "finance", action: "mark_paid"}, {node: demo.Anhui, who: "finance", action: "mark_paid"},
		{node: demo.Anhui, who: "firm", action: "report"}, {node: demo.Anhui, who: "desk", action: "compare"},
		{node: demo.Anhui, who: "head", action: "finish"}}},
	{"the lead gives up, and what was set aside is free", nil, []topicStep{
		{node: demo.Anhui, who: "head", action: "ask_payers"},
		{node: demo.Shanghai, who: "desk", action: "confirm"}, {node: demo.Anhui, who: "desk", action: "confirm"},
		{node: demo.Jiangsu, who: "desk", action: "refuse"},
		{demo.Anhui, "head", "give_up", "refused", "called_off", "no longer needed by the lead"}}},
}

// moveClock is the step of an administrator who lets the days of the public notice pass.
const moveClock = "clock"

// PayersReport is what became of the topics.
type PayersReport struct {
	Topics, Steps, Kills int
	Violations           []Violation
	Audit                string // "" is clean
}

type payersRun struct {
	Config
	nodes  map[string]*process
	links  *Links
	people map[string]*client
	count  int // steps that were broken
}

// topic is one lead and what it asked.
type topic struct {
	no     int
	id     string
	shares map[string]*share // by jurisdiction
}

// share is the newest case of a payer.
type share struct{ opening, id string }

// Payers runs three nodes as three processes. Each kind of trouble comes at each letter; with once set, only one at each, in turn.
func Payers(ctx context.Context, c Config, once bool) (rep PayersReport, err error) {
	r := &payersRun{Config: c, nodes: map[string]*process{}, people: map[string]*client{}}
	if err := r.found(ctx); err != nil {
		return rep, fmt.Errorf("found the world: %w", err)
	}
	stop := func() (err error) {
		for _, p := range r.nodes {
			err = errors.Join(err, p.stop())
		}
		return err
	}
	defer func() { err = errors.Join(err, stop(), r.links.Close()) }()
	before, _, err := r.books(ctx)
	if err != nil {
		return rep, err
	}
	paid := map[string]unit.Fen{}
	rounds := len(breakings)
	if once {
		rounds = 1
	}
	for round := range rounds {
		for _, life := range topicLives {
			said, err := r.live(ctx, rep.Topics, life.steps, func() int {
				if once {
					return 1 + r.count%(len(breakings)-1)
				}
				return round
			})
			rep.Violations = append(rep.Violations, said...)
			if err != nil {
				return rep, fmt.Errorf("topic %d, %s: %w", rep.Topics, life.name, err)
			}
			rep.Topics++
			for _, x := range sharesOfTopic {
				for _, node := range life.paid {
					if sum, err := unit.ParseFen(x.sum); err != nil {
						return rep, err
					} else if node == x.node {
						paid[node] += sum
					}
				}
			}
		}
	}
	rep.Steps = r.count
	if err := r.links.Used(); err != nil {
		return rep, err
	}
	after, held, err := r.books(ctx)
	if err != nil {
		return rep, err
	}
	for _, x := range sharesOfTopic {
		if got, want := after[x.node]-before[x.node], paid[x.node]; got != want {
			rep.Violations = append(rep.Violations, Violation{"money", -1, x.node + " has paid " + got.Yuan() + " yuan, not " + want.Yuan()})
		}
		if held[x.node] != 0 {
			rep.Violations = append(rep.Violations, Violation{"money", -1, "all topics are over, and " + held[x.node].Yuan() + " yuan are still held in " + x.node})
		}
	}
	for _, p := range r.nodes {
		rep.Kills += p.kills
	}
	if err := stop(); err != nil {
		return rep, err
	}
	if out, err := exec.CommandContext(ctx, c.Binary, "audit", "--dir", c.Dir).CombinedOutput(); err != nil {
		rep.Audit = string(out)
	}
	return rep, nil
}

// found builds the world in this process, closes it, and starts the three nodes.
func (r *payersRun) found(ctx context.Context) error {
	w, err := demo.Start(ctx, demo.Config{Dir: r.Config.Dir, BasePort: r.Config.BasePort, Logger: quiet})
	if err != nil {
		return err
	}
	all, addresses := processesOf(r.Config, w, demo.Anhui, demo.Shanghai, demo.Jiangsu)
	if err := w.Close(); err != nil {
		return err
	}
	for _, p := range all {
		r.nodes[p.name] = p
	}
	r.links = NewLinks(addresses, r.Seed)
	return startBehind(ctx, r.Config, r.links, all)
}

// as is somebody of a node, by the mailbox of their desk.
func (r *payersRun) as(node, who string) *client {
	at := map[string]string{demo.Shanghai: "shanghai", demo.Jiangsu: "jiangsu", demo.Anhui: "anhui"}[node]
	email := who + "@" + at + ".example"
	if r.people[email] == nil {
		r.people[email] = newClient(r.nodes[node].url, email)
	}
	return r.people[email]
}

// live leads one topic through its steps; which says what is broken at the next that has something broken.
func (r *payersRun) live(ctx context.Context, no int, steps []topicStep, which func() int) (found []Violation, err error) {
	t, err := r.propose(ctx, no)
	if err != nil {
		return nil, err
	}
	for i, s := range steps {
		key := fmt.Sprintf("payers-%d-%d", no, i)
		if s.lead == "" {
			if err := r.act(ctx, t, s, key); err != nil {
				return found, fmt.Errorf("%s in %s: %w", s.action, s.node, err)
			}
			continue
		}
		b := breakings[which()]
		way := &between{r.Binary, r.nodes[s.node], r.nodes[demo.Shanghai], r.links}
		if s.node == demo.Shanghai {
			way.to = r.nodes[demo.Anhui]
		}
		fmt.Fprintf(r.Out, "%-10s from %s to %s: %s\n", s.action, way.from.name, way.to.name, b.name)
		if err := r.ready(ctx, t, s); err != nil {
			return found, fmt.Errorf("%s: %w", s.action, err)
		}
		r.count++
		r.links.Deafen(t.letter(s)...)
		for _, do := range []func() error{
			func() error { return b.before.do(ctx, way) },
			func() error { return r.act(ctx, t, s, key) },
			func() error { return b.after.do(ctx, way) },
		} {
			if err := do(); err != nil {
				return found, fmt.Errorf("%s, %s: %w", s.action, b.name, err)
			}
		}
		instead, err := r.agree(ctx, t, s, way, b.reached)
		if err != nil {
			return found, fmt.Errorf("%s, %s: %w", s.action, b.name, err)
		}
		if instead != "" {
			r.links.Heal() // what was not reached was not mended
			found = append(found, Violation{"both sides", no, s.action + ", " + b.name + ": " + instead})
		}
	}
	return found, nil
}

// letter is what the one letter has in it that a step is about. Others go before it, to openings of before or with stages that the
// case only passes through.
func (t *topic) letter(s topicStep) []string {
	switch at := t.shares[demo.Shanghai]; {
	case at == nil || s.action == "ask_again":
		return []string{`"kind":"` + casework.LetterChild + `"`}
	case s.node == demo.Shanghai:
		return []string{`"kind":"` + casework.LetterChildState + `"`, `"opening":"` + at.opening + `"`}
	default:
		return []string{`"kind":"` + casework.LetterLead + `"`, `"opening":"` + at.opening + `"`, `"stage":"` + s.lead + `"`}
	}
}

// do does what there is to do.
func (m mend) do(ctx context.Context, b *between) error {
	if m == nil {
		return nil
	}
	return m(ctx, b)
}

// propose brings a new topic to where its payers can be asked.
func (r *payersRun) propose(ctx context.Context, no int) (*topic, error) {
	t := &topic{no: no, shares: map[string]*share{}}
	var k caseAnswer
	firm := r.as(demo.Anhui, "firm")
	if _, err := firm.until(ctx, http.MethodPost, "/api/v1/cases", fmt.Sprintf("payers-%d", no), map[string]any{"scheme": "joint-topic", "org": demo.SmallFirm}, &k); err != nil {
		return nil, err
	}
	t.id = k.ID
	var rows []string
	for i, x := range sharesOfTopic {
		rows = append(rows, fmt.Sprintf(`{"payer":%q,"team":%q,"task":"soak","sum":%q,"account":"622202100%d"}`, x.node, x.team, x.sum, i))
	}
	fields := map[string]string{"topic": "ai", "title": fmt.Sprint("soak ", no), "plan": "soak", "shares": "[" + strings.Join(rows, ",") + "]"}
	if _, err := firm.until(ctx, http.MethodPut, "/api/v1/cases/"+t.id+"/form", "", map[string]any{"fields": fields}, nil); err != nil {
		return nil, err
	}
	for i, s := range []topicStep{{node: demo.Anhui, who: "firm", action: "submit"}, {node: demo.Anhui, who: "desk", action: "draw"}, {action: experts},
		{node: demo.Anhui, who: "desk", action: "propose"}} {
		var err error
		if s.action == experts {
			err = r.judge(ctx, t)
		} else {
			err = r.act(ctx, t, s, fmt.Sprintf("payers-%d-first-%d", no, i))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.action, err)
		}
	}
	return t, nil
}

// experts is the step in which whoever was drawn gives an opinion.
const experts = "experts"

// judge lets every expert of the pool who was drawn for a topic answer.
func (r *payersRun) judge(ctx context.Context, t *topic) error {
	for n := range expertsInPool {
		e := r.as(demo.Anhui, fmt.Sprintf("expert%d", n+1))
		var asked struct {
			Asks []struct {
				Ask   string `json:"ask"`
				Seats []struct {
					Seat string `json:"seat"`
					Mine bool   `json:"mine"`
				} `json:"seats"`
			} `json:"asks"`
		}
		err := e.get(ctx, "/api/v1/cases/"+t.id+"/asks", &asked)
		var f *refusal
		if errors.As(err, &f) && f.Status == http.StatusNotFound {
			continue // not drawn
		}
		if err != nil {
			return err
		}
		for _, a := range asked.Asks {
			for _, s := range a.Seats {
				if !s.Mine {
					continue
				}
				fields := map[string]string{"no_conflict": "true", "remark": "soak", "score_idea": "88", "score_plan": "88", "score_joint_work": "88"}
				body := map[string]any{"seat": s.Seat, "fields": fields}
				if _, err := e.until(ctx, http.MethodPost, "/api/v1/cases/"+t.id+"/asks/"+a.Ask, fmt.Sprintf("payers-%d-expert-%d", t.no, n), body, nil); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// leadsActions are those of the lead's case; all others are taken in the payer's.
var leadsActions = map[string]bool{"submit": true, "draw": true, "propose": true, "ask_payers": true, "ask_again": true, "go_on": true, "give_up": true, "report": true, "compare": true, "finish": true}

// act takes an action, once the case has come to where it can be taken.
func (r *payersRun) act(ctx context.Context, t *topic, s topicStep, key string) error {
	c := r.as(s.node, s.who)
	if s.action == moveClock {
		return r.noticeEnds(ctx, t)
	}
	id := t.id
	if !leadsActions[s.action] {
		x := t.shares[s.node] // known before the step, since the lead may be away
		if s.lead == "" {
			var err error
			if x, err = r.shareOf(ctx, t, s.node); err != nil {
				return err
			}
		}
		id = x.id
		if s.action == "confirm" {
			if _, err := c.until(ctx, http.MethodPut, "/api/v1/cases/"+id+"/form", "", map[string]any{"fields": map[string]string{"take_on": sumAsked(s.node)}}, nil); err != nil {
				return err
			}
		}
	}
	if s.action == "report" {
		if _, err := c.until(ctx, http.MethodPut, "/api/v1/cases/"+id+"/form", "", map[string]any{"fields": map[string]string{"results": resultsOfTopic()}}, nil); err != nil {
			return err
		}
	}
	body := map[string]any{"reason": "soak", "answers": map[string]bool{}}
	if need := map[string]string{"draw": "complete", "confirm": "in_plan", "compare": "answers_alike"}[s.action]; need != "" {
		body["answers"] = map[string]bool{need: true}
	}
	end := time.Now().Add(payersMost)
	return every(ctx, func() (bool, error) {
		_, err := c.until(ctx, http.MethodPost, "/api/v1/cases/"+id+"/actions/"+s.action, key, body, nil)
		var f *refusal
		if errors.As(err, &f) && (f.Status == http.StatusConflict || f.Status == http.StatusUnprocessableEntity) && time.Now().Before(end) {
			return false, nil // the word of another node is still on its way
		}
		return err == nil, err
	})
}

// resultsOfTopic are the results of all teams, as the leading organisation hands them in.
func resultsOfTopic() string {
	var rows []string
	for _, x := range sharesOfTopic {
		rows = append(rows, fmt.Sprintf(`{"team":%q,"found":"soak","tested":"soak"}`, x.team))
	}
	return "[" + strings.Join(rows, ",") + "]"
}

func sumAsked(node string) string {
	for _, x := range sharesOfTopic {
		if x.node == node {
			return x.sum
		}
	}
	return ""
}

// noticeEnds moves the clock past the public notice and waits until the lead has seen it.
func (r *payersRun) noticeEnds(ctx context.Context, t *topic) error {
	if err := r.stands(ctx, demo.Anhui, t.id, "noticed"); err != nil {
		return err
	}
	if _, err := r.as(demo.Anhui, "admin").until(ctx, http.MethodPost, "/api/v1/demo/clock", "", map[string]any{"days": topicDays}, nil); err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	return r.stands(ctx, demo.Anhui, t.id, "running")
}
