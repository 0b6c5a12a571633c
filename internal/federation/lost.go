package federation

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crypto/ed25519"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation/httpsig"
	"corridor/internal/unit"
)

// A node that was set back to an older backup has lost letters that its neighbours still hold: those that it wrote, with their
// answers, and those that it answered. It fetches them back, so that numbers go on without a gap and both sides show the same. What
// it wrote, and what it answered, counts only with its own signature on it, which who took it has kept: no neighbour can make up a
// letter or an answer for it. Of its own letters the answer is heard again; letters that it had done are done again. Where that
// cannot be, because what they were about was lost, the letter says so and people look.

const (
	heldLettersPath  = "/letters/held"
	heldLettersTag   = "corridor-held"
	heldLettersPage  = 20 // letters of one answer: each may have half a MiB
	heldLettersBytes = heldLettersPage * 4 * LetterBytesMax
)

// Behind is a neighbour of which a node that was set back has not fetched its letters yet.
type Behind struct {
	Peer string
	At   time.Time
	Why  string
}

// heldAsk asks for what the other node holds of the letters between the two. It is signed like a request for a file.
type heldAsk struct {
	From string  `json:"from"`
	To   string  `json:"to"`
	ID   unit.ID `json:"id"`
	Out  int64   `json:"out"` // number of the newest letter that who asks has written, as far as it knows
	In   int64   `json:"in"`  // of the newest that it has answered
}

// heldLetter is a letter that the other node holds. Way is how it went from there.
type heldLetter struct {
	Way       string `json:"way"`
	Letter    []byte `json:"letter"`
	LetterSig string `json:"letter_sig"` // of a letter that came in there
	Answer    []byte `json:"answer"`
	AnswerSig string `json:"answer_sig"` // of the answer to one that went out there
}

// sigFields are the fields of a message that its signature needs.
var sigFields = []string{"Content-Type", "Content-Digest", "Signature-Input", "Signature"}

// keptSig is what is kept of the fields of a message.
func keptSig(h http.Header) string {
	kept := map[string]string{}
	for _, f := range sigFields {
		kept[f] = h.Get(f)
	}
	b, _ := json.Marshal(kept) // texts only
	return string(b)
}

// HeldLetters answers a neighbour that was set back with the letters between the two that are here. The refusals, first that
// fails: form, for another node, of nobody that is known, signature.
func (s *Service) HeldLetters(ctx context.Context, r *http.Request, body []byte) (out []byte, err error) {
	var q heldAsk
	if s.c.Key == "" {
		return nil, fault.New(fault.Unavailable, "federation.letters_closed")
	}
	if len(body) > fileAskMax || json.Unmarshal(body, &q) != nil || q.ID == "" || q.Out < 0 || q.In < 0 {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", "held")
	}
	p, err := s.askedSigned(ctx, r, body, heldLettersTag, q.From, q.To, q.ID)
	if err != nil {
		return nil, err
	}
	var all []heldLetter
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { all, err = selectHeld(ctx, tx, p.Code, q.Out, q.In); return err }); err != nil {
		return nil, fmt.Errorf("letters held of %s: %w", p.Code, err)
	}
	return json.Marshal(all)
}

// MarkBehind says of every neighbour that letters have to be fetched back from it before anything is written to it.
func (s *Service) MarkBehind(ctx context.Context) error {
	if s.c.Key == "" {
		return nil
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		for _, p := range s.peers() {
			if err := putBehind(ctx, tx, p.Code, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// LettersBehind lists the neighbours of which letters have still to be fetched back.
func (s *Service) LettersBehind(ctx context.Context, who access.Actor) (out []Behind, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { out, err = selectAllBehind(ctx, tx); return err })
	return out, err
}

// FetchLetters fetches back what a neighbour holds of the letters between the two, if this node was set back, and says how many came.
func (s *Service) FetchLetters(ctx context.Context, p Peer) (n int, err error) {
	behind := false
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error { behind, err = selectBehind(ctx, tx, p.Code); return err }); err != nil || !behind {
		return 0, err
	}
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error { return putLostKeys(ctx, tx) }); err != nil {
		return 0, err
	}
	for {
		came, err := s.fetchSomeLetters(ctx, p)
		n += came
		if err != nil {
			why := clipTo(err.Error(), 300)
			return n, errors.Join(err, s.c.DB.Act(ctx, func(tx *db.Tx) error { return putBehind(ctx, tx, p.Code, why) }))
		}
		if came == 0 {
			return n, s.c.DB.Act(ctx, func(tx *db.Tx) error { return deleteBehind(ctx, tx, p.Code) })
		}
	}
}

func (s *Service) fetchSomeLetters(ctx context.Context, p Peer) (n int, err error) {
	q := heldAsk{From: s.c.Self, To: p.Code, ID: unit.NewID(s.c.Now())}
	var key LetterKey
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if q.Out, _, err = selectLastLetter(ctx, tx, p.Code, true); err != nil {
			return err
		}
		if q.In, _, err = selectLastLetter(ctx, tx, p.Code, false); err != nil {
			return err
		}
		key, err = selectLetterKey(ctx, tx)
		return err
	}); err != nil || key.Generation == 0 {
		return 0, err // this node never wrote nor answered a letter, and its log would say so
	}
	b, err := s.askSigned(ctx, p, heldLettersPath, heldLettersTag, q.ID, q, heldLettersBytes)
	if err != nil {
		return 0, err
	}
	var all []heldLetter
	if err := json.Unmarshal(b, &all); err != nil {
		return 0, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	for _, h := range all {
		if err := s.putBack(ctx, p, h); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// putBack writes one letter down as it was, and does again what it asked for or what its answer meant.
func (s *Service) putBack(ctx context.Context, p Peer, h heldLetter) error {
	e, err := readEnvelope(h.Letter)
	if err != nil {
		return err
	}
	row := letterRow{peer: p.Code, out: h.Way == "in", e: e, letter: h.Letter, digest: digestOf(h.Letter), answer: h.Answer, letterSig: "", answerSig: ""}
	from, to := p.Code, s.c.Self
	if row.out {
		from, to = to, from
	}
	var a answerJSON
	if json.Unmarshal(h.Answer, &a) != nil || a.V != letterVersion || a.From != to || a.To != from || a.N != e.N || a.Letter != row.digest ||
		a.State != LetterDone && a.State != LetterRefused || e.From != from || e.To != to {
		return fault.New(fault.Conflict, "federation.letter_answer", "name", p.Name)
	}
	if row.out {
		err = s.isOurs(ctx, httpsig.Message{Method: http.MethodPost, Path: lettersPath}, h.Letter, h.LetterSig, letterTag, letterCovers)
	} else {
		err = s.isOurs(ctx, httpsig.Message{Status: http.StatusOK}, h.Answer, h.AnswerSig, answerTag, answerCovers)
	}
	if err != nil {
		return fault.New(fault.Conflict, "federation.letter_not_ours", "name", p.Name, "n", e.N).Because(err)
	}
	row.state, row.code = a.State, a.Code
	if err = s.again(ctx, p, row, true); err == nil {
		return nil
	}
	if f := fault.Of(err); f.Code == "federation.letter_order" || f.Code == "federation.letter_chain" || ctx.Err() != nil {
		return err
	}
	row.problem = clipTo("after the restore: "+fault.CodeOf(err)+": "+fault.Of(err).Sentence(fault.EN), 300)
	return s.again(ctx, p, row, false)
}

// again keeps a letter in the act in which its handler does what it meant; without do it is only kept.
func (s *Service) again(ctx context.Context, p Peer, row letterRow, do bool) error {
	s.mu.Lock()
	take, hear := s.takes[row.e.Kind], s.hears[row.e.Kind]
	s.mu.Unlock()
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		last, digest, err := selectLastLetter(ctx, tx, p.Code, row.out)
		switch {
		case err != nil:
			return err
		case row.e.N != last+1:
			return fault.New(fault.Conflict, "federation.letter_order", "name", p.Name, "n", row.e.N, "want", last+1)
		case row.e.Before != digest:
			return fault.New(fault.Conflict, "federation.letter_chain", "name", p.Name, "n", row.e.N)
		}
		row.answeredAt, row.back = db.Micros(tx.Now()), db.Micros(tx.Now())
		if err := insertLetter(ctx, tx, row); err != nil {
			return fmt.Errorf("put letter %d of %s back: %w", row.e.N, p.Code, err)
		}
		switch {
		case !do:
			return nil
		case row.out && hear != nil:
			return hear(ctx, tx, row.shown())
		case !row.out && row.state == LetterDone && take != nil:
			_, err := take(ctx, tx, row.shown())
			return err
		}
		return nil
	})
}

// isOurs checks that this node itself signed something, at whatever time that was.
func (s *Service) isOurs(ctx context.Context, m httpsig.Message, body []byte, kept, tag string, covers []string) error {
	fields := map[string]string{}
	if err := json.Unmarshal([]byte(kept), &fields); err != nil {
		return fmt.Errorf("its signature was not kept: %w", err)
	}
	m.Header = http.Header{}
	for _, f := range sigFields {
		m.Header.Set(f, fields[f])
	}
	const ever = 100 * 365 * 24 * time.Hour
	_, err := httpsig.Verify(m, body, httpsig.Policy{Tag: tag, Covers: covers, Now: s.c.Now(), AgeMax: ever, Skew: ever,
		Key: func(id string) (ed25519.PublicKey, bool) {
			text, _ := strings.CutPrefix(id, s.c.Log.Origin()+"/letters/")
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 1 {
				return nil, false
			}
			// The key of the log may have been lost; the public part of what it signed letters with was not.
			public := ""
			if err := s.c.DB.Read(ctx, func(tx *db.Tx) (err error) { public, err = selectOwnLetterKey(ctx, tx, n); return err }); err != nil {
				return nil, false
			}
			if b, err := base64.StdEncoding.DecodeString(public); err == nil && len(b) == ed25519.PublicKeySize {
				return b, true
			}
			private, err := s.signingKey(n)
			if err != nil {
				return nil, false
			}
			return private.Public().(ed25519.PublicKey), true
		}})
	return err
}
