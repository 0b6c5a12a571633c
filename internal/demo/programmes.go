package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"corridor/internal/unit"
)

// What else happened in the past of a world: needs for joint research, the calls made of some and who answered them, topics that several
// treasuries pay together, two rounds of an innovation challenge, and consortia. Each is a case of a made-up earlier edition of a scheme
// that the program carries, taken through its stages by the acts that people have, on the days of the past on which vouchers are bought
// too. Their entries are of the kinds that the figures of those schemes count.

// What was published of the delta (rows 64, 106, 107 and 116 of docs/systems.md). How it is spread is ours and made up.
const (
	needsOfPast      = 134                             // of 2024
	callsOfPast      = 41                              // of 2024, each made of one of the needs
	topicsOfPast     = 43                              // published for the years since 2022; here all since 2024
	fiscalOfPast     = 180_000_000 * unit.FenPerYuan   // of four treasuries
	othersOfPast     = 1_150_000_000 * unit.FenPerYuan // that firms and others added
	sixthOfPast      = 1_551                           // needs of the round of 2024
	seventhOfPast    = 1_986                           // published: nearly 2,000, of the round of 2025
	intendedOfPast   = 3_559_000_000 * unit.FenPerYuan // of the round of 2024
	intentionsOfPast = 618                             // made up: how many of its needs came to an intention
	consortiaOfPast  = 24
	firstOfPast      = 12 // of them recognised in 2024
)

const (
	stepOf2025    = 24 // the first of the days of the past that is surely of 2025
	lastOf2024    = 21 // the last one after which there is another in 2024
	intendedAfter = 2  // days of the past until an intention
	yearInSteps   = 26
	leastFiscal   = 0.5 // of a project's weight, and as much again at most
	answersMost   = 3   // to one call
	leastPayers   = 2   // of a topic, and four at most
	leastBudget   = 50_000 * unit.FenPerYuan
	leastOwnMoney = 1_000_000 * unit.FenPerYuan
)

var (
	fieldsOfCalls  = []string{"materials", "electronics", "life", "machines", "energy"}
	fieldsOfTopics = []string{"chips", "biomedicine", "ai"}
)

// hand is who does something.
type hand int

const (
	byClerk hand = iota
	byDesk
	byFinance
)

// pastCase is one case; no two of its acts are of one day.
type pastCase struct {
	no         int
	node, firm string
	scheme     string
	under      *pastCase // the call that it answers, which is of the same node; nil for none
	acts       []pastAct
}

// pastAct is an act of a case, and what the firm fills in before it.
type pastAct struct {
	step    int
	by      hand
	name    string
	fields  map[string]string
	answers map[string]bool
}

// due is an act of a case on its day.
type due struct {
	*pastCase
	act int
}

// programme makes the cases of a past, the same ones each time.
type programme struct {
	r     *rand.Rand
	part  pastPart
	hosts map[string][]string // codes of a province's providers
	all   []*pastCase
}

// programmes are all cases of the past, or of a part of it, by the step of their acts.
func programmes(of pastPart) [][]due {
	p := &programme{r: rand.New(rand.NewPCG(historySeed, 2)), part: of, hosts: map[string][]string{}}
	for _, m := range Members[1:] {
		for _, o := range Owners(ownersOfPast, unit.Region(m.Code), offersSeed) {
			p.hosts[m.Code] = append(p.hosts[m.Code], o.Code)
		}
	}
	p.calls()
	p.topics()
	p.challenges()
	p.consortia()
	out := make([][]due, stepsOfPast)
	for _, d := range p.all {
		for i, a := range d.acts {
			out[a.step] = append(out[a.step], due{d, i})
		}
	}
	return out
}

// add adds a case of a firm.
func (p *programme) add(node, firm, scheme string, acts ...pastAct) *pastCase {
	d := &pastCase{no: len(p.all), node: node, firm: firm, scheme: scheme, acts: acts}
	p.all = append(p.all, d)
	return d
}

// place is a province, more often one whose firms buy more.
func (p *programme) place() string {
	return sharesOfPast[drawn(p.r, func(j int) int { return sharesOfPast[j].all }, len(sharesOfPast))].node
}

// one of several.
func (p *programme) one(of []string) string { return of[p.r.IntN(len(of))] }

// calls are needs of 2024, the calls that were made of some, and one to three answers to each, of which the desk chose one.
func (p *programme) calls() {
	needs, calls := p.part.of(needsOfPast), p.part.of(callsOfPast)
	for i := range needs {
		node, owner, at := p.place(), p.r.IntN(firmsOfPast), i*lastOf2024/needs
		need := p.add(node, firmOfPast(node, owner), "research-call",
			pastAct{step: at, name: "submit", fields: map[string]string{"topic": p.one(fieldsOfCalls), "problem": fmt.Sprintf("虚构攻关需求%d", i+1),
				"teams": p.one([]string{"one_team", "race"}), "owner_pays": (leastOwnMoney * unit.Fen(1+p.r.IntN(8))).Yuan()}})
		if (i+1)*calls/needs == i*calls/needs {
			need.acts = append(need.acts, pastAct{step: at + 1, by: byDesk, name: "keep"})
			continue
		}
		need.acts = append(need.acts, pastAct{step: at + 1, by: byDesk, name: "publish", answers: map[string]bool{"reaches": true}},
			pastAct{step: at + 4, by: byDesk, name: "close"})
		chosen := "choose"
		for k := range 1 + p.r.IntN(answersMost) {
			answer := p.add(node, firmOfPast(node, (owner+1+k)%firmsOfPast), "call-proposal",
				pastAct{step: at + 2, name: "submit", fields: map[string]string{"team": fmt.Sprintf("虚构团队%d-%d", i+1, k+1)}},
				pastAct{step: at + 3, by: byDesk, name: chosen})
			answer.under, chosen = need, "refuse"
		}
	}
}

// topics are answered together by teams of two to four provinces, each of which pays its own team; the lead tells what others added.
func (p *programme) topics() {
	n := p.part.of(topicsOfPast)
	fiscal, others := parted(p.r, p.part.sum(fiscalOfPast), n), parted(p.r, p.part.sum(othersOfPast), n)
	for i := range n {
		lead, payers := p.r.IntN(len(sharesOfPast)), leastPayers+p.r.IntN(len(sharesOfPast)-leastPayers+1)
		title, teams := fmt.Sprintf("虚构联合攻关项目%d", i+1), []string{}
		shares := parted(p.r, fiscal[i], payers)
		for k := range payers {
			node := sharesOfPast[(lead+k)%len(sharesOfPast)].node
			teams = append(teams, firmOfPast(node, p.r.IntN(teamsOfPast)))
			p.add(node, teams[k], "joint-share",
				pastAct{step: i + 1, name: "ask", fields: map[string]string{"topic": title, "task": fmt.Sprintf("虚构任务%d", k+1), "line": shares[k].Yuan()}},
				pastAct{step: i + 2, by: byDesk, name: "confirm"}, pastAct{step: i + 4, by: byFinance, name: "mark_paid"})
		}
		p.add(sharesOfPast[lead].node, teams[0], "joint-topic",
			pastAct{step: i, name: "submit", fields: map[string]string{"topic": p.one(fieldsOfTopics), "title": title, "teams": strings.Join(teams, "\n")}},
			pastAct{step: i + 3, by: byDesk, name: "conclude"},
			pastAct{step: i + 4, name: "report", fields: map[string]string{"others": others[i].Yuan()}},
			pastAct{step: i + 5, by: byDesk, name: "finish"})
	}
}

// challenges are the needs of two rounds; of the first some came to an intention.
func (p *programme) challenges() {
	sixth, seventh, intentions := p.part.of(sixthOfPast), p.part.of(seventhOfPast), p.part.of(intentionsOfPast)
	intended := parted(p.r, p.part.sum(intendedOfPast), intentions)
	need := func(no, step int, enter string) *pastCase {
		node := p.place()
		return p.add(node, firmOfPast(node, p.r.IntN(firmsOfPast)), "innovation-challenge",
			pastAct{step: step, name: enter, fields: map[string]string{"field": p.one(fieldsOfCalls), "need": fmt.Sprintf("虚构创新需求%d", no),
				"wanted": "虚构目标", "budget": (leastBudget * unit.Fen(1+p.r.IntN(40))).Yuan()}},
			pastAct{step: step + 1, by: byDesk, name: "publish"})
	}
	for i := range sixth {
		at := i * (lastOf2024 - 1) / sixth
		d := need(i+1, at, "enter_sixth")
		if k := i * intentions / sixth; (i+1)*intentions/sixth > k {
			host := sharesOfPast[p.r.IntN(len(sharesOfPast))].node
			d.acts = append(d.acts, pastAct{step: at + intendedAfter, name: "intend",
				fields: map[string]string{"solver": p.one(p.hosts[host]), "intended_sum": intended[k].Yuan()}})
		}
	}
	for i := range seventh {
		need(sixth+i+1, stepOf2025+i*(stepsOfPast-1-stepOf2025)/seventh, "enter_seventh")
	}
}

// consortia have members of three provinces; the first ones were evaluated after a year.
func (p *programme) consortia() {
	n, first := p.part.of(consortiaOfPast), p.part.of(firstOfPast)
	for i := range n {
		at, lead := 7+i/4, p.r.IntN(len(sharesOfPast))
		if i >= first {
			at += stepOf2025
		}
		node := func(k int) string { return sharesOfPast[(lead+k)%len(sharesOfPast)].node }
		members := []string{firmOfPast(node(0), i), firmOfPast(node(1), p.r.IntN(teamsOfPast)), p.one(p.hosts[node(2)])}
		d := p.add(node(0), members[0], "innovation-consortium",
			pastAct{step: at, name: "submit", fields: map[string]string{"topic": p.one(fieldsOfTopics), "members": strings.Join(members, "\n")}},
			pastAct{step: at + 1, by: byDesk, name: "recognise"})
		if i < first {
			d.acts = append(d.acts, pastAct{step: at + 1 + yearInSteps, by: byDesk, name: "keep"})
		}
	}
}

// parted is a total in n parts of whole yuan, none more than three times another, the same ones each time.
func parted(r *rand.Rand, total unit.Fen, n int) []unit.Fen {
	weights, sum := make([]float64, n), 0.0
	for i := range weights {
		weights[i] = leastFiscal + r.Float64()
		sum += weights[i]
	}
	out, carried, before := make([]unit.Fen, n), 0.0, int64(0)
	for i, w := range weights {
		carried += w / sum * float64(total/unit.FenPerYuan)
		upTo := int64(math.Round(carried))
		out[i], before = unit.Fen(upTo-before)*unit.FenPerYuan, upTo
	}
	return out
}
