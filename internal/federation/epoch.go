package federation

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

const (
	epochHead  = "corridor epoch v1"
	epochFirst = 2  // the epoch before it needs no statement
	epochsMax  = 50 // of one log
	// EpochNoteMax is how many bytes a statement may have.
	EpochNoteMax   = 64 << 10
	epochsPath     = "/log/epochs"
	epochsBytesMax = 4 << 20
	epochWhyMax    = 300 // characters
)

// Epoch is the statement with which a node begins a new epoch of its log: from which leaf on, under which key, and which keys count no
// more. It is a signed note, the head line and one line of canonical JSON, signed by the new key. It counts once enough of the node's
// neighbours have countersigned it: where the community file names the node its quorum of the other members, else more than half of
// all nodes but that one which whoever checks it knows, itself among them. No node can declare one by itself.
type Epoch struct {
	Code    string   `json:"code"`
	Log     string   `json:"log"`
	Epoch   int64    `json:"epoch"`  // 2 is the first that needs a statement
	Before  string   `json:"before"` // digest of the text of the statement before; "" for epoch 2
	Size    int64    `json:"size"`   // leaves that stand on
	Root    string   `json:"root"`   // base64 of the root of the tree of these
	Key     string   `json:"key"`    // verifier key of the log from here on
	Witness string   `json:"witness"`
	Ended   []string `json:"ended"` // verifier keys that count no more
	From    unit.Day `json:"from"`
	Why     string   `json:"why"`
}

// Text is what is signed.
func (e Epoch) Text() (string, error) {
	b, err := json.Marshal(e)
	if err == nil {
		b, err = jcs.Transform(b)
	}
	return epochHead + "\n" + string(b) + "\n", err
}

// readEpoch reads a statement without looking at who signed it, and refuses one that contradicts itself.
func readEpoch(signed []byte) (e Epoch, err error) {
	bad := func(what string) (Epoch, error) {
		return Epoch{}, fault.New(fault.Invalid, "federation.epoch_form", "what", what).On("note")
	}
	if len(signed) > EpochNoteMax {
		return bad("size")
	}
	text, _ := cutNote(signed)
	head, rest, _ := strings.Cut(text, "\n")
	d := json.NewDecoder(strings.NewReader(rest))
	d.DisallowUnknownFields()
	if head != epochHead || d.Decode(&e) != nil {
		return bad(epochHead)
	}
	if again, err := e.Text(); err != nil || again != text {
		return bad("canonical JSON")
	}
	root, err := base64.StdEncoding.DecodeString(e.Root)
	switch name, _, _ := strings.Cut(e.Key, "+"); {
	case err != nil || len(root) != tlog.HashSize || e.Size < 0:
		return bad("root")
	case e.Epoch < epochFirst || (e.Epoch == epochFirst) != (e.Before == ""):
		return bad("epoch")
	case !e.From.Valid() || utf8.RuneCountInString(e.Why) > epochWhyMax || strings.TrimSpace(e.Why) == "":
		return bad("why")
	case name != e.Log || corridorlog.CheckKeys(e.Key, e.Witness) != nil || len(strings.Fields(e.Key)) != 1 || e.Witness == "":
		return bad("key")
	case len(e.Ended) == 0 || len(e.Ended) > keysOfNodeMax || slices.Contains(e.Ended, e.Key):
		return bad("ended")
	}
	return e, nil
}

func (e Epoch) root() (h tlog.Hash) {
	b, _ := base64.StdEncoding.DecodeString(e.Root) // readEpoch has looked
	copy(h[:], b)
	return h
}

// Goes says whether an epoch goes on from a tree.
func (e Epoch) Goes(size int64, root tlog.Hash) bool { return e.Size == size && e.root() == root }

// SignEpoch adds a signature by the private key of a log to a statement or to a note that others have signed.
func SignEpoch(textOrNote []byte, private string) ([]byte, error) {
	text, signatures := cutNote(textOrNote)
	if _, err := readEpoch(textOrNote); err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("key of the signature: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return append(signed, signatures...), err
}

// MergeEpochs puts the signatures of notes over one statement together.
func MergeEpochs(notes ...[]byte) ([]byte, error) {
	text, all := "", []string{}
	for i, n := range notes {
		t, signatures := cutNote(n)
		if i > 0 && t != text {
			return nil, fault.New(fault.Conflict, "federation.epoch_form", "what", "text").On("note")
		}
		text = t
		for line := range strings.Lines(signatures) {
			if !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	if len(all) == 0 {
		return []byte(text), nil
	}
	return []byte(text + "\n" + strings.Join(all, "")), nil
}

// rekeys gives a neighbour the key of the epoch where it has one that the epoch ended.
func (e Epoch) rekeys(p Peer) Peer {
	had := strings.Fields(p.Key)
	keys := slices.DeleteFunc(slices.Clone(had), func(k string) bool { return slices.Contains(e.Ended, k) })
	if p.Origin() != e.Log || len(keys) == len(had) {
		return p
	}
	if !slices.Contains(keys, e.Key) {
		keys = append([]string{e.Key}, keys...)
	}
	p.Key = strings.Join(keys, "\n")
	if p.Witness != "" {
		p.Witness = e.Witness
	}
	return p
}

// EpochState is a statement with what this node thinks of it.
type EpochState struct {
	Epoch
	Name     fault.Words // of the node
	Signed   string      // the note
	By       []string    // nodes whose countersignatures are true
	Need     int
	At       time.Time // since when it holds here; zero is not
	Aside    int64     // leaves that were set aside here
	Tree     string    // what is held here of that log: same, other, or short: less than the statement says
	Held     int64     // leaves of that log that are here
	NewPrint string    // fingerprint of the new key, to be compared on the telephone
	Refusal  *fault.Error
}

// Holds says that it could be taken, or is.
func (e EpochState) Holds() bool { return e.Refusal == nil }

// countersigners are the nodes whose signatures count under a statement of a node, by code with their keys, and how many are needed.
func (s *Service) countersigners(code string) (keys map[string]string, need int) {
	all := append([]Peer{}, s.peers()...)
	if s.c.Log != nil {
		all = append(all, Peer{Code: s.c.Self, Key: s.c.Log.PublicKey()})
	}
	s.mu.Lock()
	var c Community
	if n := len(s.files); n > 0 && s.files[n-1].From <= unit.DayOf(s.c.Now(), unit.Beijing()) {
		c = s.files[n-1]
	}
	s.mu.Unlock()
	_, member := c.node(code)
	keys = map[string]string{}
	for _, p := range all {
		if _, there := c.node(p.Code); p.Code != code && (there || !member) {
			keys[p.Code] = p.Key
		}
	}
	if member {
		return keys, c.Quorum
	}
	return keys, len(keys)/2 + 1
}

// countersigned are the codes of those whose true signature a note carries.
func (s *Service) countersigned(signed []byte, code string) (by []string, need int) {
	keys, need := s.countersigners(code)
	for c, text := range keys {
		if slices.ContainsFunc(strings.Fields(text), func(k string) bool { return signedBy(signed, k) }) {
			by = append(by, c)
		}
	}
	slices.Sort(by)
	return by, need
}

// mayBegin checks a statement. The refusals, first that fails: another node's or log's; a number that does not follow; not signed by
// its own new key; keys of the node that it leaves counting; too few countersignatures.
func (s *Service) mayBegin(e Epoch, signed []byte, p Peer, had []EpochState) (by []string, err error) {
	before := ""
	if n := len(had); n > 0 {
		text, err := had[n-1].Text()
		if err != nil {
			return nil, err
		}
		before = DigestText(text)
	}
	if e.Code != p.Code || e.Log != p.Origin() {
		return nil, fault.New(fault.Conflict, "federation.epoch_of", "code", clip(e.Code), "log", clip(e.Log)).On("note")
	}
	if e.Epoch != int64(len(had))+epochFirst || e.Before != before {
		return nil, fault.New(fault.Conflict, "federation.epoch_order", "epoch", e.Epoch, "have", int64(len(had))+epochFirst-1).On("note")
	}
	if !signedBy(signed, e.Key) {
		return nil, fault.New(fault.Conflict, "federation.epoch_key", "code", e.Code).On("note")
	}
	if slices.ContainsFunc(strings.Fields(p.Key), func(k string) bool { return !slices.Contains(e.Ended, k) }) {
		return nil, fault.New(fault.Conflict, "federation.epoch_ended", "code", e.Code).On("note")
	}
	by, need := s.countersigned(signed, e.Code)
	if len(by) < need {
		return by, fault.New(fault.Conflict, "federation.epoch_quorum", "name", p.Name, "have", len(by), "need", need).On("note")
	}
	return by, nil
}

// Epochs are the statements that hold here: of this node's own log first, then of its neighbours'.
func (s *Service) Epochs(ctx context.Context) (out []EpochState, err error) {
	names := map[string]fault.Words{}
	for _, p := range s.peers() {
		names[p.Code] = p.Name
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { out, err = selectEpochs(ctx, tx); return err })
	for i := range out {
		out[i].Name = names[out[i].Code]
	}
	slices.SortStableFunc(out, func(a, b EpochState) int {
		if (a.Code == s.c.Self) != (b.Code == s.c.Self) {
			if a.Code == s.c.Self {
				return -1
			}
			return 1
		}
		return 0
	})
	return out, err
}

// OwnEpochs are this node's statements as neighbours fetch them: base64 of each note on a line, the oldest first.
func (s *Service) OwnEpochs(ctx context.Context) ([]byte, error) {
	all, err := s.Epochs(ctx)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, e := range all {
		if e.Code == s.c.Self {
			b = append(base64.StdEncoding.AppendEncode(b, []byte(e.Signed)), '\n')
		}
	}
	if b == nil {
		return nil, fault.New(fault.NotFound, "federation.no_epoch")
	}
	return b, nil
}

// ReadEpoch reads a statement that a neighbour asks to be countersigned: who has signed, and how it stands against what is held of that
// log here. Nothing is kept.
func (s *Service) ReadEpoch(ctx context.Context, who access.Actor, signed []byte) (st EpochState, err error) {
	if _, err := s.mayKeep(who); err != nil {
		return st, err
	}
	if st.Epoch, err = readEpoch(signed); err != nil {
		return st, err
	}
	p, ok := s.peerOf(st.Code)
	if !ok {
		return st, fault.New(fault.Conflict, "federation.epoch_of", "code", clip(st.Code), "log", clip(st.Log)).On("note")
	}
	st.Signed, st.Name, st.NewPrint = string(signed), p.Name, corridorlog.Fingerprint(st.Key)
	st.By, st.Need = s.countersigned(signed, st.Code)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		had, err := selectEpochsOf(ctx, tx, st.Code)
		if err != nil {
			return err
		}
		row, err := selectPeer(ctx, tx, st.Code)
		if err != nil {
			return err
		}
		if n := len(had); n > 0 && had[n-1].Epoch.Epoch == st.Epoch.Epoch && had[n-1].sameText(st.Epoch) {
			st.At, st.Aside, had = had[n-1].At, had[n-1].Aside, had[:n-1]
			p.Key = strings.Join(st.Ended, "\n")
		}
		if _, err := s.mayBegin(st.Epoch, signed, p, had); err != nil {
			st.Refusal = fault.Of(err)
		}
		st.Held = row.size
		st.Tree, err = treeHere(ctx, tx, row, st.Epoch)
		return err
	})
	return st, err
}

func (e Epoch) sameText(o Epoch) bool {
	a, err := e.Text()
	b, err2 := o.Text()
	return err == nil && err2 == nil && a == b
}

// treeHere compares a statement with the leaves of that log that are here.
func treeHere(ctx context.Context, tx *db.Tx, row peerRow, e Epoch) (string, error) {
	if row.size < e.Size {
		return "short", nil
	}
	if e.Size == 0 {
		return "same", nil
	}
	root, err := tlog.TreeHash(e.Size, localTree(ctx, tx, e.Log))
	if err != nil || root != e.root() {
		return "other", err
	}
	return "same", nil
}

// Countersign adds this node's signature to a neighbour's statement, for a person who has talked to that node and compared the
// fingerprint of the new key. A node signs nothing that contradicts the leaves it holds.
func (s *Service) Countersign(ctx context.Context, who access.Actor, signed []byte, fingerprint string) (st EpochState, err error) {
	mandate, err := s.mayKeep(who)
	if err != nil {
		return st, err
	}
	if st, err = s.ReadEpoch(ctx, who, signed); err != nil {
		return st, err
	}
	switch {
	case s.c.Key == "":
		return st, fault.New(fault.Unavailable, "federation.letters_closed")
	case st.Refusal != nil && st.Refusal.Code != "federation.epoch_quorum":
		return st, st.Refusal
	case st.Tree == "other":
		return st, fault.New(fault.Conflict, "federation.epoch_tree", "size", st.Size).On("note")
	case plainFingerprint(fingerprint) != plainFingerprint(st.NewPrint):
		return st, fault.New(fault.Invalid, "federation.fingerprint").On("fingerprint")
	}
	note, err := SignEpoch(signed, s.c.Key)
	if err != nil {
		return st, err
	}
	text, _ := cutNote(note)
	if err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "epoch.sign", Object: fmt.Sprintf("epoch/%s/%d", st.Code, st.Epoch.Epoch), Mandate: mandate, Detail: DigestText(text)})
	}); err != nil {
		return st, err
	}
	return s.ReadEpoch(ctx, who, note)
}
