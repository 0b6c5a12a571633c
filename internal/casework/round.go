package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// roundMax is how many cases one round can rank.
const roundMax = 20_000

// Round is a day on which the cases that wait in one stage of an edition are ranked and admitted while there is room.
type Round struct {
	ID       string // of the edition and the day
	Scheme   string
	Title    fault.Words
	Edition  string
	Digest   string
	Stage    fault.Words // in which the cases wait
	By       fault.Words // the role that closes it
	Day      unit.Day
	Closes   time.Time // from then on it can be closed
	Passed   bool      // that moment has come
	Waiting  int       // cases that wait for it now
	Closings []Closing // oldest first; a second one ranks what came late
	Takes    fault.Words
	Leaves   fault.Words
	May      bool // the reader plays the role that closes it
	Bounded  bool // the scheme bounds what payers of the case above get back
	Rule     fault.Words
	Verified bool     // the rule
	Returns  []Return // of a ranking: what each of them gets by it
}

// Closing is a decision on a round.
type Closing struct {
	ID    unit.ID
	At    time.Time
	By    string // name
	Total int
	Taken int
	Done  int // steps that were taken so far
	Over  bool

	Returns []Return // as they were decided; nil where the scheme does not bound them
}

// Ranked is a case in its place. More of Value goes first; of the same the one that was submitted earlier.
type Ranked struct {
	Rank      int
	Case      Case
	Value     scheme.Value
	Submitted time.Time
	Sum       unit.Fen // what it takes, where the room is an account
	Running   unit.Fen // with those before it in the same room
	Room      string   // which room it counts against: an account's path or the entry of a table; "" for the only one
	Takes     bool
	Unknown   bool // nothing can be said yet: the round cannot be closed
	Why       fault.Words
	Saw       fault.Words
	Done      bool // of a closing: its step was taken
	Skip      Skip // it is passed over along the ranking; the zero Skip is not
}

// plan is a round as it would be closed now.
type plan struct {
	sch    *scheme.Scheme
	day    unit.Day
	closes time.Time
	ranked []Ranked // in their order; those that are not known last

	returns []Return // nil where the scheme does not bound them
}

// digest names exactly this ranking: whoever closes the round says which one they saw.
func (p plan) digest() string {
	h := sha256.New()
	for _, r := range p.ranked {
		fmt.Fprintf(h, "%s %d %s %d %t %t\n", r.Case.ID, r.Case.Version, r.Value, r.Sum, r.Takes, r.Unknown)
		if r.Skip.Reason != "" {
			fmt.Fprintf(h, "passed over: %q\n", r.Skip.Reason)
		}
	}
	for _, r := range p.returns {
		fmt.Fprintf(h, "%s %s %d %d %d %d\n", r.No, r.Payer, r.PaidIn, r.Received, r.Least, r.Most)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// unknown is how many cases cannot be ranked yet.
func (p plan) unknown() (n int) {
	for _, r := range p.ranked {
		if r.Unknown {
			n++
		}
	}
	return n
}

// roundID names the round of an edition that closes on a day.
func roundID(sch *scheme.Scheme, day unit.Day) string { return sch.Digest[:16] + "-" + day.String() }

// roundOf finds the edition and the day of a round.
func (s *Service) roundOf(id string) (*scheme.Scheme, unit.Day, error) {
	short, text, _ := strings.Cut(id, "-")
	day, err := unit.ParseDay(text)
	if err == nil && len(short) == 16 {
		for _, sch := range s.Schemes() {
			if sch.Round != nil && strings.HasPrefix(sch.Digest, short) {
				return sch, day, nil
			}
		}
	}
	return nil, 0, fault.New(fault.NotFound, "casework.round_unknown")
}

// roundRow is the row by which a round takes cases: its clock is the round's.
func roundRow(sch *scheme.Scheme) scheme.Row {
	row, _ := sch.Row(sch.Round.Waits, sch.Round.Takes)
	row.Clock = sch.Round.Closes
	return row
}

// inLine are the cases that wait for a round of the edition, by the day on which theirs closes.
func (s *Service) inLine(ctx context.Context, tx *db.Tx, sch *scheme.Scheme) (map[unit.Day][]Case, map[unit.Day]scheme.Due, error) {
	all, err := selectWaiting(ctx, tx, sch.Digest, sch.Round.Waits, roundMax+1)
	if err != nil {
		return nil, nil, fmt.Errorf("cases that wait for a round of %s: %w", sch.ID, err)
	}
	if len(all) > roundMax {
		return nil, nil, fault.New(fault.TooLarge, "casework.round_many", "most", roundMax)
	}
	out, closes := map[unit.Day][]Case{}, map[unit.Day]scheme.Due{}
	for _, c := range all {
		if c.History, err = selectSteps(ctx, tx, c.ID); err != nil {
			return nil, nil, err
		}
		due, err := s.due(ctx, tx, sch, c, roundRow(sch))
		if err != nil {
			return nil, nil, fmt.Errorf("round of case %s: %w", c.No, err)
		}
		day := unit.DayOf(due.At.Add(-time.Microsecond), s.c.Calendar.Location())
		out[day], closes[day] = append(out[day], c), due
	}
	return out, closes, nil
}

// planned ranks the cases that wait for a round of a day, in one reading.
func (s *Service) planned(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, day unit.Day) (p plan, err error) {
	byDay, closes, err := s.inLine(ctx, tx, sch)
	if err != nil {
		return p, err
	}
	p = plan{sch: sch, day: day, closes: closes[day].At}
	if closes[day].Provisional {
		p.closes = time.Time{}
	}
	skips, err := selectSkips(ctx, tx, sch.Digest, day)
	if err != nil {
		return p, err
	}
	for _, c := range byDay[day] {
		r := Ranked{Case: c, Submitted: c.Opened, Skip: skips[c.ID]}
		if len(c.History) > 0 {
			r.Submitted = c.History[0].At
		}
		v, seen, err := sch.Rank(s.roundQuestion(ctx, tx, sch, c, nil))
		if err != nil {
			return p, fmt.Errorf("rank case %s: %w", c.No, err)
		}
		r.Value, r.Saw, r.Unknown = v, Saw(scheme.Answer{Saw: seen}), !v.Known()
		p.ranked = append(p.ranked, r)
	}
	sort.SliceStable(p.ranked, func(i, k int) bool {
		a, b := p.ranked[i], p.ranked[k]
		switch {
		case a.Unknown != b.Unknown:
			return b.Unknown
		case a.Value.Int != b.Value.Int:
			return a.Value.Int > b.Value.Int
		case !a.Submitted.Equal(b.Submitted):
			return a.Submitted.Before(b.Submitted)
		}
		return a.Case.ID < b.Case.ID
	})
	return p, s.admit(ctx, tx, &p)
}

func (s *Service) roundQuestion(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, spent map[string]unit.Fen) scheme.Question {
	facts := &world{ctx: ctx, tx: tx, s: s, sch: sch, c: c, day: s.today(tx.Now()), spent: spent}
	return scheme.Question{Stage: c.Stage, Action: sch.Round.Takes, Answers: c.Answers, Purse: c.Purse, Facts: facts}
}

// room is what is left to admit in.
type room struct {
	left, all int64
	full      bool
}

// admit draws the line: in the order of the ranking, while there is room. The first that does not fit ends its room.
func (s *Service) admit(ctx context.Context, tx *db.Tx, p *plan) error {
	rooms := map[string]*room{}
	spent := map[string]unit.Fen{}
	isAccount := p.sch.Accounts.Has(p.sch.Round.Within)
	pots, err := s.pots(ctx, tx, p.sch, p.ranked)
	if err != nil {
		return err
	}
	for i := range p.ranked {
		r := &p.ranked[i]
		r.Rank = i + 1
		if r.Unknown {
			r.Why = fault.Words{"排序所需的信息尚未取得", "what it is ranked by is not known yet"}
			continue
		}
		q := s.roundQuestion(ctx, tx, p.sch, r.Case, spent)
		var in *room
		var err error
		if isAccount {
			in, err = s.accountRoom(ctx, tx, p.sch, r, q, rooms)
		} else {
			in, err = s.countRoom(ctx, tx, p, r, q, rooms)
		}
		if err != nil {
			return fmt.Errorf("room for case %s: %w", r.Case.No, err)
		}
		if in == nil {
			r.Unknown, r.Why = true, fault.Words{"金额或名额尚不能确定", "the sum or the places are not known yet"}
			continue
		}
		if r.Skip.Reason != "" {
			r.Why = fault.Words{"越过：" + r.Skip.Reason, "passed over: " + r.Skip.Reason}
			continue
		}
		cost := int64(1)
		if isAccount {
			cost = int64(r.Sum)
		}
		if pot := pots[r.Case.Parent]; pot != nil && cost > int64(pot.left) {
			in.full = true
			r.Why = fault.Words{"池内出资不足，余 " + pot.left.String() + " 元", "the pot does not reach, " + pot.left.String() + " yuan are left"}
			continue
		}
		if in.full || cost > in.left {
			in.full = true
			r.Why = notFit(isAccount, *in)
			continue
		}
		in.left -= cost
		r.Takes = true
		if isAccount {
			spent[r.Room] += r.Sum
			r.Running = spent[r.Room]
		}
		r.Why = fits(isAccount, *in)
		if pot := pots[r.Case.Parent]; pot != nil {
			if err := s.gives(ctx, tx, p.sch, pot, r.Case); err != nil {
				return fmt.Errorf("parts of case %s: %w", r.Case.No, err)
			}
			r.Why = fits(isAccount, room{left: min(in.left, int64(pot.left)), all: in.all})
		}
	}
	p.returns = s.returns(tx, p.sch, pots)
	return nil
}

func notFit(account bool, in room) fault.Words {
	if account {
		left := unit.Fen(in.left)
		return fault.Words{"资金不足，线上余 " + left.String() + " 元", "the money does not reach, " + left.String() + " yuan are left"}
	}
	return fault.Words{fmt.Sprintf("名额 %d 个已满", in.all), fmt.Sprintf("all %d places are taken", in.all)}
}

func fits(account bool, in room) fault.Words {
	if account {
		left := unit.Fen(in.left)
		return fault.Words{"资金以内，其后余 " + left.String() + " 元", "within the money, " + left.String() + " yuan left after it"}
	}
	return fault.Words{fmt.Sprintf("名额以内，其后余 %d 个", in.left), fmt.Sprintf("within the places, %d left after it", in.left)}
}

// accountRoom is the account that a case draws on, with what may still be taken; nil if the sum or the account is not known.
func (s *Service) accountRoom(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, r *Ranked, q scheme.Question, rooms map[string]*room) (*room, error) {
	sum, seen, err := sch.Worth(sch.Round.Takes, sch.Round.Within, q)
	if err != nil || !sum.Known() {
		return nil, err
	}
	place, err := sch.AccountOf(sch.Round.Within, q)
	if fault.CodeOf(err) == "scheme.account_unknown" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r.Sum, r.Room = sum.Fen(), placePath(r.Case, place)
	if w := Saw(scheme.Answer{Saw: seen}); r.Saw[0] == "" {
		r.Saw = w
	}
	if rooms[r.Room] == nil {
		b, err := s.c.Ledger.Balance(ctx, tx, r.Room)
		switch {
		case fault.KindOf(err) == fault.NotFound && place.OpensWith != nil:
			b.Available = *place.OpensWith
		case fault.KindOf(err) == fault.NotFound:
		case err != nil:
			return nil, err
		}
		rooms[r.Room] = &room{left: int64(b.Available), all: int64(b.Available)}
	}
	return rooms[r.Room], nil
}

// countRoom is how many places there are for a case, less those that earlier closings of the same round gave.
func (s *Service) countRoom(ctx context.Context, tx *db.Tx, p *plan, r *Ranked, q scheme.Question, rooms map[string]*room) (*room, error) {
	n, entry, err := p.sch.Places(p.sch.Round.Within, q)
	if err != nil || !n.Known() {
		return nil, err
	}
	r.Room = entry
	if rooms[entry] == nil {
		before, err := countTaken(ctx, tx, p.sch.Digest, p.day, entry)
		if err != nil {
			return nil, err
		}
		rooms[entry] = &room{left: n.Int - before, all: n.Int}
	}
	return rooms[entry], nil
}

// Rounds lists the rounds of the editions of this node that the actor may see: those for which cases wait, and those that
// were closed; the soonest first.
func (s *Service) Rounds(ctx context.Context, who access.Actor) (out []Round, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		for _, sch := range s.Schemes() {
			if sch.Round == nil || !s.mayRank(who, sch) {
				continue
			}
			byDay, closes, err := s.inLine(ctx, tx, sch)
			if err != nil {
				return err
			}
			days, err := selectRoundDays(ctx, tx, sch.Digest)
			if err != nil {
				return err
			}
			for day := range byDay {
				if !slices.Contains(days, day) {
					days = append(days, day)
				}
			}
			for _, day := range days {
				r, err := s.round(ctx, tx, who, sch, day, closes[day].At)
				if err != nil {
					return err
				}
				r.Waiting = len(byDay[day])
				out = append(out, r)
			}
		}
		return nil
	})
	sort.SliceStable(out, func(i, k int) bool { return out[i].Day < out[k].Day })
	return out, err
}

// mayRank says whether the actor sees rankings: whoever may read all cases of the jurisdiction.
func (s *Service) mayRank(who access.Actor, sch *scheme.Scheme) bool {
	return access.May(who, access.CaseRead, access.Scope{Region: unit.Region(sch.Jurisdiction)}) == nil
}

// round fills in what a round is, without its cases.
func (s *Service) round(ctx context.Context, tx *db.Tx, who access.Actor, sch *scheme.Scheme, day unit.Day, closes time.Time) (r Round, err error) {
	if closes.IsZero() {
		closes = day.Add(1).Start(s.c.Calendar.Location()).UTC()
	}
	r = roundAs(roundID(sch, day), sch, day, closes, tx.Now())
	_, r.May = s.holds(sch, Case{Region: unit.Region(sch.Jurisdiction)}, who, sch.Round.By)
	r.Closings, err = selectClosings(ctx, tx, sch.Digest, day)
	return r, err
}

// roundAs is a round as everybody in it may know it: its edition, its day, and what the edition calls things.
func roundAs(id string, sch *scheme.Scheme, day unit.Day, closes, now time.Time) Round {
	r := Round{ID: id, Scheme: sch.ID, Title: sch.Title, Edition: sch.Edition, Digest: sch.Digest, Day: day, Closes: closes, Passed: !now.Before(closes),
		Stage: sch.Say(sch.Round.Waits), By: sch.Say(sch.Round.By), Takes: sch.Say(sch.Round.Takes), Leaves: sch.Say(sch.Round.Leaves)}
	if x := sch.Round.Returns; x != nil {
		r.Bounded, r.Rule, r.Verified = true, x.Words, x.Verified
	}
	return r
}

// Ranking is a round with the cases that wait for it, ranked as it would be closed now, and the digest of that ranking.
// It changes nothing.
func (s *Service) Ranking(ctx context.Context, who access.Actor, id string) (r Round, ranked []Ranked, digest string, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		sch, day, err := s.seenRound(who, id)
		if err != nil {
			return err
		}
		p, err := s.planned(ctx, tx, sch, day)
		if err != nil {
			return err
		}
		if r, err = s.round(ctx, tx, who, sch, day, p.closes); err != nil {
			return err
		}
		r.Waiting, ranked, digest, r.Returns = len(p.ranked), p.ranked, p.digest(), p.returns
		if len(ranked) == 0 && len(r.Closings) == 0 {
			return fault.New(fault.NotFound, "casework.round_unknown")
		}
		return s.nameRanked(ctx, tx, sch, ranked)
	})
	return r, ranked, digest, err
}

func (s *Service) seenRound(who access.Actor, id string) (*scheme.Scheme, unit.Day, error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	sch, day, err := s.roundOf(id)
	if err == nil && !s.mayRank(who, sch) {
		err = fault.New(fault.NotFound, "casework.round_unknown")
	}
	return sch, day, err
}

func (s *Service) nameRanked(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, all []Ranked) error {
	for i := range all {
		if err := s.name(ctx, tx, sch, &all[i].Case); err != nil {
			return err
		}
	}
	return nil
}

// Closed is a closing as it was decided: every case in its place, admitted or not, and whether its step was taken.
func (s *Service) Closed(ctx context.Context, who access.Actor, id string, closing unit.ID) (out []Ranked, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		sch, _, err := s.seenRound(who, id)
		if err != nil {
			return err
		}
		if out, err = selectLines(ctx, tx, closing, sch.Digest); err != nil {
			return err
		}
		running := map[string]unit.Fen{}
		for i := range out {
			r := &out[i]
			if r.Takes {
				running[r.Room] += r.Sum
				r.Running = running[r.Room]
				r.Why = sch.Say(sch.Round.Takes)
			} else {
				r.Why = sch.Say(sch.Round.Leaves)
				if r.Skip.Reason != "" {
					r.Why = fault.Words{"越过：" + r.Skip.Reason, "passed over: " + r.Skip.Reason}
				}
			}
		}
		return s.nameRanked(ctx, tx, sch, out)
	})
	return out, err
}
