package federation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	corridorlog "corridor/internal/log"
)

const (
	mirrorWindow     = 8 * 256 // leaves of a log that one step looks along
	mirrorMost       = 64      // of them that one act hands over: others wait for it meanwhile
	mirrorLeast      = 8       // where that takes longer than mirrorSlow
	mirrorSlow       = 500 * time.Millisecond
	mirrorRefusedMax = 200 // refusals that are kept of one neighbour
	mirrorRest       = 2   // times as long as a step took is rested after it, while there is more
	mirrorRestMax    = 5 * time.Second
	// RecordsMax is how many records are asked for at once, and RecordsBytesMax how many bytes of them are answered: the rest is
	// asked for again.
	RecordsMax      = 128
	RecordsBytesMax = 2 << 20
)

// Published is a proved leaf of a neighbour with its public record, which is proved too; or that it is gone.
type Published struct {
	Log    string
	Index  int64
	Fields json.RawMessage
	Record []byte // nil where the leaf has none
	Gone   bool   // the leaf or its record was withdrawn
}

// Mirror is a room that keeps what neighbours publish of one kind. Take is called in the order of the neighbour's log, in the act
// that moves on in it, so each thing is handed over once; it returns what it refuses, nil for each thing that it takes. A leaf
// whose field id stands again in a later leaf is passed over for the later one. What Take cannot do at all is an error: it
// is tried again, and nothing of that neighbour's kind is handed over meanwhile.
type Mirror struct {
	Kind string // of leaves
	Take func(ctx context.Context, tx *db.Tx, from Peer, all []Published) (refused []error, err error)
	// Cut takes out what stands here by leaves from an index on, which a new epoch of the log has set aside. All that stands on is
	// handed over again afterwards.
	Cut func(ctx context.Context, tx *db.Tx, from Peer, log string, index int64) error
	// Aside is handed what a new epoch has set aside, once all leaves up to the epoch's beginning were handed over again, in the act that
	// passes that place: what was taken out and does not stand again is lost. Nil: nothing follows from it.
	Aside func(ctx context.Context, tx *db.Tx, from Peer, all []Published) error
}

// Mirror says which room keeps a kind of what neighbours publish; before Run.
func (s *Service) Mirror(m Mirror) { s.mirrors = append(s.mirrors, m) }

// MirrorRefusal is something a neighbour published and that was not taken in.
type MirrorRefusal struct {
	Index       int64
	Kind        string
	Code, Field string
	At          time.Time
}

// Mirroring is how far a neighbour's leaves of a kind were handed over.
type Mirroring struct {
	Kind    string
	Next    int64  // the first leaf that was not looked at
	Problem string // code of what keeps it from going on; "" is nothing
}

// mirrorAll goes on with every kind until all that is proved of a neighbour's log was handed over. Where that is much, it rests after
// each step for some times as long as the step took, the more so the more neighbours are read at once, and takes shorter steps where
// they are slow: what people and neighbours ask meanwhile finds the machine and the writer free for most of the time, and a first
// reading of long logs takes longer for it.
func (s *Service) mirrorAll(ctx context.Context, p Peer) error {
	s.mirroring.Add(1)
	defer s.mirroring.Add(-1)
	step := mirrorMost
	for _, m := range s.mirrors {
		for {
			began := time.Now()
			more, err := s.mirrorStep(ctx, p, m, step)
			s.mirrorTrouble(p.Code, m.Kind, err)
			if err != nil {
				return fmt.Errorf("mirror %s: %w", m.Kind, err)
			}
			if !more {
				break
			}
			switch took := time.Since(began); {
			case took > mirrorSlow:
				step = max(step/2, mirrorLeast)
			case took < mirrorSlow/4:
				step = min(step*2, mirrorMost)
			}
			if !pause(ctx, min(mirrorRest*time.Duration(s.mirroring.Load())*time.Since(began), mirrorRestMax)) {
				return ctx.Err()
			}
		}
	}
	return nil
}

func (s *Service) mirrorTrouble(code, kind string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.troubles, code+"/"+kind)
		return
	}
	s.troubles[code+"/"+kind] = fault.CodeOf(err)
}

// mirrorStep hands over at most so many leaves of a kind; more says that there are more.
func (s *Service) mirrorStep(ctx context.Context, p Peer, m Mirror, most int) (more bool, err error) {
	var from, to, at int64
	var leaves []Leaf
	var epochs []EpochState
	if err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := selectPeer(ctx, tx, p.Code)
		if err != nil {
			return err
		}
		if from, at, err = selectMirror(ctx, tx, p.Origin(), m.Kind); err != nil {
			return err
		}
		if to = min(row.size, from+mirrorWindow); to <= from {
			return nil
		}
		if leaves, err = selectMirrorLeaves(ctx, tx, p.Origin(), m.Kind, from, to, most); err != nil {
			return err
		}
		if len(leaves) == most {
			to = leaves[len(leaves)-1].Index + 1
		}
		leaves, err = withdrawnOf(ctx, tx, leaves, m.Kind)
		more = to < row.size
		if err == nil && m.Aside != nil {
			epochs, err = selectEpochsOf(ctx, tx, p.Code)
		}
		return err
	}); err != nil || to <= from {
		return false, err
	}
	all, refused, err := s.withRecords(ctx, p, m.Kind, newestOf(leaves))
	if err != nil {
		return false, err
	}
	return more, s.c.DB.Act(ctx, func(tx *db.Tx) error {
		now, then, err := selectMirror(ctx, tx, p.Origin(), m.Kind)
		if err != nil || now != from || then != at {
			return err // another round was first, or a new epoch began
		}
		if len(all) > 0 {
			no, err := m.Take(ctx, tx, p, all)
			if err != nil {
				return err
			}
			for i, err := range no {
				if err != nil {
					code, field := codeAndField(err)
					refused = append(refused, MirrorRefusal{Index: all[i].Index, Kind: m.Kind, Code: code, Field: field})
				}
			}
		}
		for _, r := range refused {
			if err := insertMirrorRefused(ctx, tx, p.Origin(), r); err != nil {
				return fmt.Errorf("what was refused of leaf %d: %w", r.Index, err)
			}
		}
		if len(refused) > 0 {
			if err := trimMirrorRefused(ctx, tx, p.Origin()); err != nil {
				return err
			}
		}
		if n := len(all) + len(refused); n > 0 && s.c.Access != nil {
			if err := s.c.Access.Record(ctx, tx, access.System("mirror"), access.Entry{Act: "mirror.take", Object: "node/" + p.Code,
				Detail: fmt.Sprintf("%s %d-%d: %d, refused %d", m.Kind, from, to, n, len(refused))}); err != nil {
				return err
			}
		}
		if err := s.aside(ctx, tx, p, m, epochs, from, to); err != nil {
			return err
		}
		return putMirror(ctx, tx, p.Origin(), m.Kind, to)
	})
}

// aside hands over what the newest epoch has set aside where a step passes the epoch's beginning.
func (s *Service) aside(ctx context.Context, tx *db.Tx, p Peer, m Mirror, epochs []EpochState, from, to int64) error {
	if len(epochs) == 0 {
		return nil
	}
	e := epochs[len(epochs)-1]
	if begins := max(e.Size, 1); from >= begins || to < begins { // one that begins with nothing begins at its first leaf
		return nil
	}
	for after := int64(-1); ; {
		page, err := selectAside(ctx, tx, e.Epoch, after)
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1].Index
		var all []Published
		for _, l := range page {
			if l.Kind == m.Kind {
				all = append(all, Published{Log: l.Origin, Index: l.Index, Fields: l.Fields, Gone: true})
			}
		}
		if err := m.Aside(ctx, tx, p, all); err != nil {
			return err
		}
	}
}

// withdrawnOf puts the leaves of the kind that others withdraw in the place of those that do; the rest of these goes.
func withdrawnOf(ctx context.Context, tx *db.Tx, leaves []Leaf, kind string) (out []Leaf, err error) {
	for _, l := range leaves {
		if index, ok := corridorlog.Withdraws(l.Kind, l.Fields); ok && index < l.Index {
			if l, err = selectLeaf(ctx, tx, l.Origin, index); err != nil {
				return nil, err
			}
		}
		if l.Kind == kind {
			out = append(out, l)
		}
	}
	return out, nil
}

// newestOf leaves out what a later leaf of the same thing stands for.
func newestOf(leaves []Leaf) []Leaf {
	last := map[string]int64{}
	for _, l := range leaves {
		if id := thingOf(l); id != "" {
			last[id] = max(last[id], l.Index)
		}
	}
	return slices.DeleteFunc(leaves, func(l Leaf) bool {
		id := thingOf(l)
		return id != "" && l.Index < last[id]
	})
}

// thingOf is the field id of a leaf; what is in another form names nothing, and is refused by who takes it.
func thingOf(l Leaf) string {
	var f struct{ ID string }
	_ = json.Unmarshal(l.Fields, &f)
	return f.ID
}

// withRecords fetches the public records of leaves and proves each against its leaf.
func (s *Service) withRecords(ctx context.Context, p Peer, kind string, leaves []Leaf) (all []Published, refused []MirrorRefusal, err error) {
	var ask []int64
	for _, l := range leaves {
		if l.WithdrawnBy < 0 && corridorlog.RecordOf(l.Bytes) != "" {
			ask = append(ask, l.Index)
		}
	}
	got, err := s.records(ctx, p, ask)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range leaves {
		x := Published{Log: l.Origin, Index: l.Index, Fields: l.Fields, Gone: l.WithdrawnBy >= 0}
		if want := corridorlog.RecordOf(l.Bytes); want != "" && !x.Gone {
			r, there := got[l.Index]
			switch {
			case !there:
				refused = append(refused, MirrorRefusal{Index: l.Index, Kind: kind, Code: "federation.record_missing"})
				continue
			case r.Gone: // before its log says so; what is kept of it goes, and the entry that is wanted is noted
				x.Gone = true
				refused = append(refused, MirrorRefusal{Index: l.Index, Kind: kind, Code: "federation.record_gone"})
			case corridorlog.RecordDigest(r.salt, []byte(r.Record)) != want:
				refused = append(refused, MirrorRefusal{Index: l.Index, Kind: kind, Code: "federation.record_false"})
				continue
			default:
				x.Record = []byte(r.Record)
			}
		}
		all = append(all, x)
	}
	return all, refused, nil
}

// recordLine is a line of the answer of /log/records.
type recordLine struct {
	Index  int64  `json:"index"`
	Salt   string `json:"salt,omitempty"` // base64
	Record string `json:"record,omitempty"`
	Gone   bool   `json:"gone,omitempty"`
	salt   []byte
}

// WriteRecords writes records as neighbours ask for them: a line of JSON for each.
func WriteRecords(all []corridorlog.Beside) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, r := range all {
		l := recordLine{Index: r.Index, Gone: r.Gone}
		if !r.Gone {
			l.Salt, l.Record = base64.StdEncoding.EncodeToString(r.Salt), string(r.Body)
		}
		if err := e.Encode(l); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// records asks a neighbour for records until all came or it has no more of them; nothing is proved yet.
func (s *Service) records(ctx context.Context, p Peer, indexes []int64) (map[int64]recordLine, error) {
	got := map[int64]recordLine{}
	for len(indexes) > 0 {
		var at []string
		for _, i := range indexes[:min(len(indexes), RecordsMax)] {
			at = append(at, strconv.FormatInt(i, 10))
		}
		b, err := s.fetch(ctx, p, "/log/records?"+url.Values{"at": {strings.Join(at, ",")}}.Encode(), answerBytesMax)
		if err != nil {
			return nil, err
		}
		bad := func(cause error) error {
			return fault.New(fault.Invalid, "federation.records", "name", p.Name).Because(cause)
		}
		before := len(got)
		lines := bufio.NewScanner(bytes.NewReader(b))
		lines.Buffer(nil, answerBytesMax)
		for lines.Scan() {
			var l recordLine
			if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
				return nil, bad(err)
			}
			if l.salt, err = base64.StdEncoding.DecodeString(l.Salt); err != nil {
				return nil, bad(err)
			}
			if _, asked := slices.BinarySearch(indexes, l.Index); !asked {
				return nil, bad(fmt.Errorf("nobody asked for leaf %d", l.Index))
			}
			got[l.Index] = l
		}
		if err := lines.Err(); err != nil {
			return nil, bad(err)
		}
		all := indexes[:min(len(indexes), RecordsMax)]
		rest := slices.DeleteFunc(slices.Clone(all), func(i int64) bool { _, came := got[i]; return came })
		if len(got) == before {
			rest = nil // it has no more of these
		}
		indexes = append(rest, indexes[len(all):]...)
	}
	return got, nil
}

// NotMirrored lists what a neighbour published and that was not taken in, the newest first.
func (s *Service) NotMirrored(ctx context.Context, origin string) (out []MirrorRefusal, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectMirrorRefused(ctx, tx, origin)
		return err
	})
	return out, err
}

// ThingKey names a thing that a neighbour published: its log and the field id of its leaves.
type ThingKey struct{ Log, ID string }

// Thing is what a followed log says of a thing as far as it was handed over: its newest leaf, whether that is withdrawn, and whether
// it was refused here.
type Thing struct {
	Index         int64
	Gone, Refused bool
}

// Newest is what all followed logs say of the things of a kind, for an audit, and where it ended in each log: what is mirrored
// meanwhile stands after that. The oldest refusals are forgotten; what is older
// than all that are kept counts as refused where there are as many as are kept.
func (s *Service) Newest(ctx context.Context, kind string) (out map[ThingKey]Thing, ends map[string]int64, err error) {
	out, ends = map[ThingKey]Thing{}, map[string]int64{}
	for _, p := range s.peers() {
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			end, _, err := selectMirror(ctx, tx, p.Origin(), kind)
			if err != nil {
				return err
			}
			ends[p.Origin()] = end
			refused, err := selectMirrorRefused(ctx, tx, p.Origin())
			if err != nil {
				return err
			}
			for from := int64(0); from < end; from += mirrorWindow {
				page, err := selectMirrorLeaves(ctx, tx, p.Origin(), kind, from, min(end, from+mirrorWindow), mirrorWindow)
				if err != nil {
					return err
				}
				for _, l := range page {
					if l.Kind != kind {
						continue
					}
					t := Thing{Index: l.Index, Gone: l.WithdrawnBy >= 0 && l.WithdrawnBy < end}
					t.Refused = slices.ContainsFunc(refused, func(r MirrorRefusal) bool { return r.Index == l.Index }) ||
						len(refused) == mirrorRefusedMax && l.Index < refused[len(refused)-1].Index
					out[ThingKey{l.Origin, thingOf(l)}] = t
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("what %s published: %w", p.Code, err)
		}
	}
	return out, ends, nil
}

// mirrorings is how far each kind was handed over, and how many things were refused.
func (s *Service) mirrorings(ctx context.Context, tx *db.Tx, p Peer) (all []Mirroring, refused int, err error) {
	for _, m := range s.mirrors {
		x := Mirroring{Kind: m.Kind}
		if x.Next, _, err = selectMirror(ctx, tx, p.Origin(), m.Kind); err != nil {
			return nil, 0, err
		}
		s.mu.Lock()
		x.Problem = s.troubles[p.Code+"/"+m.Kind]
		s.mu.Unlock()
		all = append(all, x)
	}
	refused, err = countMirrorRefused(ctx, tx, p.Origin())
	return all, refused, err
}

// runMirror hands over what is proved of one neighbour's log, until ctx ends. It waits for the follower, and the follower never for it.
func (s *Service) runMirror(ctx context.Context, code string) {
	s.rounds(ctx, code, "mirror what a neighbour publishes", s.bellOf(s.grew, code), s.mirrorAll)
}
