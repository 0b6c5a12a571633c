package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	onceHour       = time.Hour
	onceQuestions  = 2000 // holds that one node may ask for in an hour, where the community file does not say
	onceStaleDays  = 90   // after which a hold is shown as stale, where it does not say
	onceDigestLen  = 44   // base64 of 32 bytes
	oncePage       = 50
	onceExportRows = 5000
)

// takeUse answers a letter to the register.
func (s *Service) takeUse(ctx context.Context, tx *db.Tx, l Letter) (any, error) {
	var q useQuestion
	if err := json.Unmarshal(l.Body, &q); err != nil {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	return s.answerUse(ctx, tx, l.Peer, l.Kind, q)
}

// answerUse moves a claim in the register, and writes down who asked and what was answered.
func (s *Service) answerUse(ctx context.Context, tx *db.Tx, node, kind string, q useQuestion) (a useAnswer, err error) {
	if _, err := unit.ParseID(string(q.Claim)); err != nil {
		return a, fault.New(fault.Invalid, "federation.letter_form", "what", "claim")
	}
	had, err := selectUse(ctx, tx, node, q.Claim)
	if err != nil {
		return a, err
	}
	asked := ""
	switch kind {
	case onceHoldKind:
		asked = "hold"
		if a, err = s.holdUse(ctx, tx, node, q, had); err != nil {
			return a, err
		}
	case onceConfirmKind:
		asked = "confirm"
		if a, err = confirmUse(ctx, tx, had); err != nil {
			return a, err
		}
	default:
		asked = "release"
		if a, err = releaseUse(ctx, tx, node, q, had); err != nil {
			return a, err
		}
	}
	digest, amount := q.Digest, q.Amount
	if digest == "" {
		digest, amount = had.Digest, had.Amount
	}
	said := a.State
	if a.Code != "" {
		said = a.Code
	}
	return a, insertQuestion(ctx, tx, Question{At: tx.Now(), Node: node, Asked: asked, Claim: q.Claim, Digest: digest, Amount: amount, Answer: said})
}

// holdUse sets an amount of a line aside. The refusals, first that fails: the form, other words under a claim's id, too many
// questions, a line of another total, more than is left of it.
func (s *Service) holdUse(ctx context.Context, tx *db.Tx, node string, q useQuestion, had Use) (a useAnswer, err error) {
	if len(q.Digest) != onceDigestLen || q.Total <= 0 || q.Amount <= 0 || q.Amount > q.Total {
		return a, fault.New(fault.Invalid, "federation.letter_form", "what", "digest, total or amount")
	}
	if had.Claim != "" {
		switch {
		case had.State == UseReleased: // a tombstone, perhaps of a hold that came late
			return useAnswer{State: UseReleased}, nil
		case had.Digest != q.Digest || had.Amount != q.Amount:
			return a, fault.New(fault.Conflict, "federation.once_other")
		}
		return useAnswer{State: had.State}, nil
	}
	if node != s.c.Self {
		n, err := countQuestions(ctx, tx, node, tx.Now().Add(-onceHour))
		if err != nil {
			return a, err
		}
		if n >= s.onceTerms().QuestionsHour {
			return useAnswer{"later", "federation.once_often"}, nil
		}
	}
	total, used, err := selectOnceLine(ctx, tx, q.Digest)
	switch {
	case err != nil:
		return a, err
	case total != 0 && total != q.Total:
		return useAnswer{UseRefused, "federation.once_total"}, nil
	case used+q.Amount > q.Total:
		return useAnswer{UseRefused, "federation.once_used"}, nil
	}
	if err := putOnceLine(ctx, tx, q.Digest, q.Total, used+q.Amount); err != nil {
		return a, fmt.Errorf("hold of a line: %w", err)
	}
	return useAnswer{State: UseHeld}, insertUse(ctx, tx, Use{Node: node, Claim: q.Claim, Digest: q.Digest, Amount: q.Amount, State: UseHeld})
}

func confirmUse(ctx context.Context, tx *db.Tx, had Use) (a useAnswer, err error) {
	switch had.State {
	case UseHeld:
		return useAnswer{State: UseConfirmed}, updateUse(ctx, tx, had, UseConfirmed)
	case UseConfirmed:
		return useAnswer{State: UseConfirmed}, nil
	}
	return a, fault.New(fault.Conflict, "federation.once_not_held")
}

// releaseUse gives a claim back, for ever: one that never came leaves a tombstone.
func releaseUse(ctx context.Context, tx *db.Tx, node string, q useQuestion, had Use) (a useAnswer, err error) {
	a = useAnswer{State: UseReleased}
	switch had.State {
	case UseReleased:
		return a, nil
	case "":
		return a, insertUse(ctx, tx, Use{Node: node, Claim: q.Claim, State: UseReleased})
	}
	total, used, err := selectOnceLine(ctx, tx, had.Digest)
	if err != nil {
		return a, err
	}
	if err := putOnceLine(ctx, tx, had.Digest, total, used-had.Amount); err != nil {
		return a, fmt.Errorf("give a line back: %w", err)
	}
	return a, updateUse(ctx, tx, had, UseReleased)
}

// Use is a claim as the register keeps it.
type Use struct {
	Node    string // who claims
	Claim   unit.ID
	Digest  string // of the line; "" of one that never came
	Amount  unit.Fen
	State   string // held, confirmed, released
	At      time.Time
	Changed time.Time
}

// Stale says whether a hold is older than the community has agreed to leave unseen. It stays a hold.
func (u Use) Stale(now time.Time, days int64) bool {
	return u.State == UseHeld && now.Sub(u.Changed) >= time.Duration(days)*24*time.Hour
}

// Question is what a node asked of the register.
type Question struct {
	ID     unit.ID
	At     time.Time
	Node   string
	Asked  string // hold, confirm, release, key
	Claim  unit.ID
	Digest string
	Amount unit.Fen
	Answer string // state, or code of the refusal
}

// UseQuery narrows what is read of the register: to a node, to a state, to a page.
type UseQuery struct {
	Node, State string
	After       string // place in the list, as the last page gave it
	Rows        int    // 0 is a page of 50
}

func (q UseQuery) rows() int {
	if q.Rows <= 0 || q.Rows > onceExportRows {
		return oncePage
	}
	return q.Rows
}

// Asker is how much one node asked in the last hour, and of all time.
type Asker struct {
	Node          string
	Hour, All     int64
	Held, HeldFen int64 // claims that it holds now, and their sum in fen
}

// RegisterView is what people see of the used-once register: what this node keeps for others, and what it asks of others.
type RegisterView struct {
	Terms     OnceTerms
	Keys      []OnceKey
	Askers    []Asker
	Uses      []Use   // kept here, oldest change first
	Claims    []Claim // of this node's cases
	UsesNext  string
	Questions []Question
	QuestNext string
}

// Register reads what this node keeps for others and what it asked of them.
func (s *Service) Register(ctx context.Context, who access.Actor, uses, claims, questions UseQuery) (v RegisterView, claimsNext string, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return v, "", err
	}
	v.Terms = s.onceTerms()
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if v.Keys, err = selectOnceKeys(ctx, tx); err != nil {
			return err
		}
		if v.Askers, err = selectAskers(ctx, tx, tx.Now().Add(-onceHour)); err != nil {
			return err
		}
		if v.Uses, v.UsesNext, err = selectUses(ctx, tx, uses); err != nil {
			return err
		}
		if v.Claims, claimsNext, err = selectClaims(ctx, tx, claims); err != nil {
			return err
		}
		for i := range v.Claims {
			if v.Claims[i].Checks, err = selectChecks(ctx, tx, v.Claims[i].ID); err != nil {
				return err
			}
		}
		v.Questions, v.QuestNext, err = selectQuestions(ctx, tx, questions)
		return err
	})
	return v, claimsNext, err
}

// auditOnce adds the uses of each line again.
func (s *Service) auditOnce(ctx context.Context, tx *db.Tx, say func(string, ...any)) error {
	off, err := selectLinesOff(ctx, tx)
	for _, l := range off {
		say("used once: line %s says that %s fen of it are used, its claims make %s", l[0], l[1], l[2])
	}
	return err
}
