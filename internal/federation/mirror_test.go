package federation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

// shelf is a room that keeps what was handed over, as id or index, record.
type shelf struct {
	took []string
	no   string // a record that it refuses
	down error
}

func (s *shelf) mirror() federation.Mirror {
	return federation.Mirror{Kind: "listing", Take: func(_ context.Context, _ *db.Tx, from federation.Peer, all []federation.Published) ([]error, error) {
		if s.down != nil {
			return nil, s.down
		}
		refused := make([]error, len(all))
		for i, p := range all {
			line := fmt.Sprintf("%d %s", p.Index, p.Record)
			if p.Gone {
				line = fmt.Sprintf("%d gone", p.Index)
			}
			if s.no != "" && string(p.Record) == s.no {
				refused[i] = fault.New(fault.Invalid, "catalogue.mirror_form").On("name")
				continue
			}
			s.took = append(s.took, line)
		}
		return refused, nil
	}}
}

// offer publishes a leaf with a public record, and returns its id.
func (s *station) offer(thing, record string) (leaf unit.ID) {
	s.t.Helper()
	if err := s.d.Act(ctx, func(tx *db.Tx) (err error) {
		leaf, err = s.log.Append(ctx, tx, corridorlog.Leaf{Kind: "listing", Day: day, Object: "listing/" + thing, Fields: map[string]any{"id": thing}, Record: []byte(record)})
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	s.sequence()
	return leaf
}

func (s *station) withdraw(leaf unit.ID) {
	s.t.Helper()
	if err := s.d.Act(ctx, func(tx *db.Tx) error {
		_, err := s.log.Withdraw(ctx, tx, leaf, corridorlog.Withdrawal{Day: day, Reason: "误发"})
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	s.sequence()
}

func mirrored(t *testing.T) (there *station, f *federation.Service, s *shelf) {
	there, s = newStation(t, "310000"), &shelf{}
	f = newStation(t, "340000").follows(quietly, there)
	f.Mirror(s.mirror())
	return there, f, s
}

func (s *shelf) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.took, want) {
		t.Errorf("handed over %q, want %q", s.took, want)
	}
	s.took = nil
}

func refusals(t *testing.T, f *federation.Service, s *station) (out []string) {
	t.Helper()
	all, err := f.NotMirrored(ctx, s.log.Origin())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		out = append(out, fmt.Sprintf("%d %s", r.Index, r.Code))
	}
	return out
}

// In the order of the log, each once, the newest of a thing for all before it; what was withdrawn comes as gone; after an absence
// all of it comes at once.
func TestWhatANeighbourPublishesIsHandedOverOnce(t *testing.T) {
	there, f, s := mirrored(t)
	there.offer("A", "a1")
	there.publish(3)
	b := there.offer("B", "b1")
	follow(t, f)
	s.want(t, "0 a1", "4 b1")
	follow(t, f)
	s.want(t)
	there.offer("A", "a2")
	there.offer("A", "a3")
	there.withdraw(b)
	c := there.offer("C", "c1")
	there.withdraw(c)
	follow(t, f)
	s.want(t, "6 a3", "4 gone", "8 gone", "8 gone")
	if st := state(t, f, "310000"); st.Refused > 0 || len(st.Mirrors) != 1 || st.Mirrors[0].Next != st.Size {
		t.Errorf("state %+v", st)
	}
}

// A record that is not the leaf's, that does not come, or that the room refuses is noted with the reason; the others are taken.
func TestAFalseRecordIsRefusedAlone(t *testing.T) {
	there, f, s := mirrored(t)
	s.no = "c1"
	for _, x := range []string{"A", "B", "C", "D", "E"} {
		there.offer(x, strings.ToLower(x)+"1")
	}
	there.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/log/records" {
			return false
		}
		if r.URL.Query().Get("at") == "3" {
			return true // nothing
		}
		all, _ := there.log.Records(ctx, []int64{0, 1, 2, 4}, 1<<20)
		all[1].Body = []byte("another record")
		all[3].Gone = true
		b, _ := federation.WriteRecords(all)
		w.Write(b)
		return true
	})
	follow(t, f)
	s.want(t, "0 a1", "4 gone")
	if got, want := refusals(t, f, there), []string{"4 federation.record_gone", "3 federation.record_missing", "2 catalogue.mirror_form", "1 federation.record_false"}; !slices.Equal(got, want) {
		t.Errorf("refused %v, want %v", got, want)
	}
}

// Answers that are no records, are too large, or name what nobody asked for take nothing in; the log is followed all the same, and
// it heals by itself.
func TestAHostileAnswerStopsOnlyItself(t *testing.T) {
	there, f, s := mirrored(t)
	there.offer("A", "a1")
	for name, answer := range map[string]string{"no JSON": "<html>", "a number that nobody asked for": `{"index":7,"salt":"","record":"x"}`,
		"a salt that is none": `{"index":0,"salt":"*","record":"x"}`, "too large": strings.Repeat("x", 17<<20)} {
		there.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/log/records" {
				return false
			}
			w.Write([]byte(answer))
			return true
		})
		err := f.Follow(ctx)
		if code := fault.CodeOf(err); code != "federation.records" && code != "federation.too_large" {
			t.Errorf("%s: %v", name, err)
		}
		if st := state(t, f, "310000"); st.Size != 1 || !st.OK || st.Mirrors[0].Problem == "" || st.Mirrors[0].Next != 0 {
			t.Errorf("%s: %+v", name, st)
		}
	}
	there.instead(nil)
	s.down = errors.New("the room is down")
	if err := f.Follow(ctx); !errors.Is(err, s.down) {
		t.Errorf("got %v", err)
	}
	s.down = nil
	follow(t, f)
	s.want(t, "0 a1")
	if st := state(t, f, "310000"); st.Mirrors[0].Problem != "" {
		t.Errorf("%+v", st)
	}
}
