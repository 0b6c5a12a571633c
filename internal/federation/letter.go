package federation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	letterVersion    = 1
	letterBodyMax    = 256 << 10       // bytes of what a letter or an answer says
	LetterBytesMax   = 512 << 10       // of a whole letter, as the door takes it
	lettersWaitMax   = 10_000          // letters to one neighbour that have no answer
	letterKindMax    = 64              // bytes
	letterAgeMax     = 5 * time.Minute // since it was signed; each attempt signs anew
	letterSkew       = 5 * time.Minute // by which the clocks of two nodes may differ
	letterTag        = "corridor-letter"
	answerTag        = "corridor-answer"
	lettersPage      = 50
	lettersExportMax = 5000
)

// States of a letter. One that is refused was answered, too: its number is used, and what it asked for was not done.
const (
	LetterWaiting = "waiting"
	LetterDone    = "done"
	LetterRefused = "refused"
)

// Letter is a private message between two nodes. Out is what this node wrote.
type Letter struct {
	ID       unit.ID
	Peer     string // region code of the other node
	Out      bool
	N        int64 // its number in this pair and way, from 1 without a gap
	Kind     string
	Made     time.Time // by the clock of who wrote it
	By       Voucher
	Body     json.RawMessage
	Digest   string
	State    string
	Answer   json.RawMessage // what the handler answered; nil while it waits or when it was refused
	Code     string          // of the refusal
	Refusal  fault.Words     // its sentence, from the node that refused
	Answered time.Time
	Attempts int
	Problem  string // why the last attempt brought no answer, for the operator
	Tried    time.Time
	Proof    []byte    // of one that is being taken in: the letter with the fields that signed it, for Passed; else nil
	Back     time.Time // when it was fetched back after this node was set back; zero is never
}

// Voucher is for whom a node writes: it says that this person holds this mandate there. The name stays at home.
type Voucher struct {
	Person  string `json:"person,omitempty"`  // id in the node that vouches; "" is the node itself
	Mandate string `json:"mandate,omitempty"` // as it stands in that node's journal
}

// envelope is the layout of a letter's bytes.
type envelope struct {
	V      int             `json:"v"`
	From   string          `json:"from"`
	To     string          `json:"to"`
	N      int64           `json:"n"`
	Before string          `json:"before"` // digest of the letter before; "" for the first
	ID     unit.ID         `json:"id"`
	Kind   string          `json:"kind"`
	Made   time.Time       `json:"made"`
	By     Voucher         `json:"by"`
	Body   json.RawMessage `json:"body"`
}

// answerJSON is the layout of an answer's bytes.
type answerJSON struct {
	V      int             `json:"v"`
	From   string          `json:"from"`
	To     string          `json:"to"`
	N      int64           `json:"n"`
	Letter string          `json:"letter"` // digest of what is answered
	State  string          `json:"state"`
	Code   string          `json:"code,omitempty"`
	ZH     string          `json:"zh,omitempty"`
	EN     string          `json:"en,omitempty"`
	Body   json.RawMessage `json:"body"`
}

// Take applies a letter of a kind, in the act that writes it down as taken: what it writes happens exactly once. Its answer is
// JSON. A refusal (any fault but Internal and Unavailable) undoes what it wrote and is the answer; another error leaves the letter
// to come again.
type Take func(ctx context.Context, tx *db.Tx, l Letter) (answer any, err error)

// Hear is told of the answer to a letter that this node wrote, in the act that writes the answer down: exactly once. Its error
// leaves the answer to be fetched again, so it refuses nothing for good.
type Hear func(ctx context.Context, tx *db.Tx, l Letter) error

// Handle says who takes letters of a kind, such as "agreement.countersign". It is for the time before Run.
func (s *Service) Handle(kind string, take Take) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes[kind] = take
}

// HandleAnswer says who hears the answers to letters of a kind. It is for the time before Run.
func (s *Service) HandleAnswer(kind string, hear Hear) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hears[kind] = hear
}

// Send writes a letter to a neighbour in the caller's act: it leaves if and only if the act is done, in its turn, again and
// again until it is answered. body is JSON. by is for whom the node writes; the zero Voucher is the node itself.
func (s *Service) Send(ctx context.Context, tx *db.Tx, to, kind string, by Voucher, body any) (unit.ID, error) {
	if s.c.Key == "" {
		return "", fault.New(fault.Unavailable, "federation.letters_closed")
	}
	p, ok := s.peerOf(to)
	if !ok {
		return "", fault.New(fault.NotFound, "federation.letter_nobody", "code", clip(to)).On("to")
	}
	behind, err := selectBehind(ctx, tx, to)
	if err != nil {
		return "", fmt.Errorf("whether letters are to be fetched back from %s: %w", to, err)
	}
	if behind {
		return "", fault.New(fault.Unavailable, "federation.letters_behind", "name", p.Name)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("body of a letter %s: %w", kind, err)
	}
	if len(b) > letterBodyMax || kind == "" || len(kind) > letterKindMax {
		return "", fault.New(fault.TooLarge, "federation.letter_large", "kib", letterBodyMax>>10).On("body")
	}
	waiting, err := countWaiting(ctx, tx, to, lettersWaitMax)
	if err != nil {
		return "", fmt.Errorf("letters that wait for %s: %w", to, err)
	}
	if waiting >= lettersWaitMax {
		return "", fault.New(fault.TooMany, "federation.letters_wait", "code", to, "most", lettersWaitMax).On("to")
	}
	if _, err := s.letterKey(ctx, tx); err != nil {
		return "", err
	}
	last, digest, err := selectLastLetter(ctx, tx, to, true)
	if err != nil {
		return "", err
	}
	e := envelope{letterVersion, s.c.Self, to, last + 1, digest, unit.NewID(tx.Now()), kind, tx.Now(), by, b}
	written, err := json.Marshal(e)
	if err != nil {
		return "", err
	}
	row := letterRow{peer: to, out: true, e: e, letter: written, digest: digestOf(written), state: LetterWaiting}
	if err := insertLetter(ctx, tx, row); err != nil {
		return "", fmt.Errorf("write letter %d to %s: %w", e.N, to, err)
	}
	tx.Ring(s.bellOf(s.written, to))
	return e.ID, nil
}

// Number is the number that a letter of this node has for its pair, in the act that wrote it or later.
func (s *Service) Number(ctx context.Context, tx *db.Tx, id unit.ID) (int64, error) {
	l, err := selectLetter(ctx, tx, id)
	return l.N, err
}

// Reaches says whether letters can be written to a node.
func (s *Service) Reaches(code string) bool {
	_, ok := s.peerOf(code)
	return ok && s.c.Key != ""
}

// digestOf names the bytes of a letter.
func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// readEnvelope reads the bytes of a letter, and refuses what is not one whole letter.
func readEnvelope(b []byte) (e envelope, err error) {
	bad := func(what string) (envelope, error) {
		return envelope{}, fault.New(fault.Invalid, "federation.letter_form", "what", what)
	}
	if len(b) > LetterBytesMax {
		return bad(fmt.Sprintf("over %d bytes", LetterBytesMax))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return bad(clip(err.Error()))
	}
	if d.More() || len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return bad("something stands behind the letter")
	}
	if e.V != letterVersion {
		return bad(fmt.Sprintf("version %d", e.V))
	}
	if _, err := unit.ParseID(string(e.ID)); err != nil {
		return bad("id")
	}
	if e.N < 1 || e.Kind == "" || len(e.Kind) > letterKindMax || len(e.Body) == 0 || len(e.Body) > letterBodyMax || e.Made.IsZero() {
		return bad("a part is missing or too long")
	}
	return e, nil
}

// peerOf finds a neighbour by its code.
func (s *Service) peerOf(code string) (Peer, bool) {
	for _, p := range s.peers() {
		if p.Code == code {
			return p, true
		}
	}
	return Peer{}, false
}

// LetterQuery narrows the list of letters; the zero query is all of them.
type LetterQuery struct {
	Peer  string
	Kind  string // its beginning
	State string
	Way   string // in, out or ""
	After string // place in the list, as Letters gave it
	Rows  int    // 0 is a page of 50
}

// Letters lists letters, newest first by when they were written, and where the next page begins: "" when there is none.
func (s *Service) Letters(ctx context.Context, who access.Actor, q LetterQuery) (out []Letter, next string, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return nil, "", err
	}
	if q.Rows <= 0 || q.Rows > lettersExportMax {
		q.Rows = lettersPage
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectLetters(ctx, tx, q)
		return err
	})
	out, next = pageOf(out, q.Rows, func(l Letter) (time.Time, unit.ID) { return l.Made, l.ID })
	return out, next, err
}

// Letter is one letter with all that it says.
func (s *Service) Letter(ctx context.Context, who access.Actor, id unit.ID) (l Letter, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return l, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = selectLetter(ctx, tx, id)
		return err
	})
	return l, err
}

// Turned is a reason for which letters of a neighbour were turned away at the door, with how often.
type Turned struct {
	Peer, Code, Detail string
	Times              int64
	First, Last        time.Time
}

// TurnedAway lists what was turned away, the newest first.
func (s *Service) TurnedAway(ctx context.Context, who access.Actor) (out []Turned, err error) {
	if _, err := access.Mandate(who, access.LetterRead, access.Scope{}); err != nil {
		return nil, err
	}
	if err := s.writeTurned(ctx); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectTurned(ctx, tx)
		return err
	})
	return out, err
}

// NoteKind is the kind of letters that people write to the people of another node.
const NoteKind = "federation.note"

const (
	noteSubjectMax = 100  // characters
	noteTextMax    = 4000 // characters
)

// Note is what such a letter says.
type Note struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

func (n Note) check() error {
	for _, x := range []struct {
		field, text string
		most        int
	}{{"subject", n.Subject, noteSubjectMax}, {"text", n.Text, noteTextMax}} {
		if l := len([]rune(x.text)); strings.TrimSpace(x.text) == "" || l > x.most {
			return fault.New(fault.Invalid, "federation.note", "most", x.most).On(x.field)
		}
	}
	return nil
}

// WriteNote sends a note of a person who manages the neighbours.
func (s *Service) WriteNote(ctx context.Context, who access.Actor, to string, n Note) (id unit.ID, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return "", err
	}
	if err := n.check(); err != nil {
		return "", err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		if id, err = s.Send(ctx, tx, to, NoteKind, Voucher{string(who.Person), mandate}, n); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "letter.send", Object: "letter/" + string(id), Mandate: mandate, Detail: to})
	})
	return id, err
}

// takeNote keeps a note; the letter itself is what people read.
func takeNote(_ context.Context, _ *db.Tx, l Letter) (any, error) {
	var n Note
	if err := json.Unmarshal(l.Body, &n); err != nil {
		return nil, fault.New(fault.Invalid, "federation.letter_form", "what", clip(err.Error()))
	}
	return struct{}{}, n.check()
}
