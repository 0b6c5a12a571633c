package casework_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
)

// everything is all that the room tells a reader of a case, by any of its operations, errors included.
func (l *looks) everything(who access.Actor, c casework.Case, secrets ...string) (out []string) {
	ctx := context.Background()
	add := func(what string, err error, got any) {
		b, bad := json.Marshal(got)
		l.must(bad)
		text := string(b) + fmt.Sprintf("%+v", got)
		if err != nil {
			text += fault.Of(err).Sentence(fault.ZH) + fault.Of(err).Sentence(fault.EN) + err.Error()
		}
		for _, s := range secrets {
			if strings.Contains(text, s) {
				out = append(out, what+" tells "+s)
			}
		}
	}
	got, err := l.cases.Get(ctx, who, c.ID)
	add("Get", err, got)
	all, _, err := l.cases.List(ctx, who, casework.Filter{})
	add("List", err, all)
	all, _, err = l.cases.Queue(ctx, who, 1)
	add("Queue", err, all)
	all, err = l.cases.Under(ctx, who, c.ID)
	add("Under", err, all)
	can, err := l.cases.Allowed(ctx, who, c.ID)
	add("Allowed", err, can)
	whole, again, err := l.cases.Replay(ctx, who, c.ID)
	add("Replay", err, whole)
	add("Replay", err, again)
	whole, again, err = l.cases.ReplayNo(ctx, c.No)
	add("ReplayNo", err, whole)
	add("ReplayNo", err, again)
	files, err := l.cases.Attachments(ctx, who, c.ID)
	add("Attachments", err, files)
	for _, action := range []string{"hand_in", "send_out", "conclude", "order"} {
		_, err := l.cases.Act(ctx, who, c.ID, casework.Action{Name: action, Reason: "理由", Version: c.Version + 99})
		add("Act", err, nil)
	}
	add("Offers", nil, l.cases.Offers(who, got))
	add("Fills", nil, l.cases.Fills(who, got))
	return out
}

func TestWhatASchemeNarrowsReachesNobodyElse(t *testing.T) {
	eachLooks(t, "inspection.yaml", func(t *testing.T, l *looks, _ *hand) {
		ctx := context.Background()
		c := l.sent("true", "340100.fire\n340100.water")
		_, err := l.answer("fire", c, casework.Answer{Fields: map[string]string{"verdict": "failed", "score_safe": "12.34", "score_neat": "12.34", "items": "消防通道堵塞"}})
		l.must(err)
		for reader, secrets := range map[string][]string{
			"firm":    {"消防通道堵塞", "12.34"},
			"window":  {"消防通道堵塞", "1234"},
			"fire":    {small, "PERSON-firm", "虚构机构"},
			"water":   {small, "PERSON-firm", "虚构机构", "消防通道堵塞"},
			"build":   {small, "PERSON-firm", "虚构机构", "消防通道堵塞", "秘密的内容"},
			"auditor": {small, "PERSON-firm", "虚构机构", "消防通道堵塞", "秘密的内容"},
		} {
			for _, leak := range l.everything(l.actor(reader), c, secrets...) {
				t.Errorf("%s: %s", reader, leak)
			}
		}
		_, err = l.answer("water", c, casework.Answer{Fields: says("passed", "80", "80")})
		l.must(err)
		for reader, secrets := range map[string][]string{
			"water":   {small, "PERSON-firm", "虚构机构"},
			"build":   {small, "PERSON-firm", "虚构机构", "秘密的内容"},
			"auditor": {small, "PERSON-firm", "虚构机构", "秘密的内容"},
		} {
			for _, leak := range l.everything(l.actor(reader), c, secrets...) {
				t.Errorf("%s, all in: %s", reader, leak)
			}
		}
		if got := l.get("build", c); got.Veiled["thing"] != "sight" || got.Org != "" || got.Asks[0].Seats[0].Answer.Given["items"].Text != "消防通道堵塞" {
			t.Errorf("the unit in charge reads %v of %q", got.Veiled, got.Org)
		}
		// The one who may, does; and nobody finds the case by its organisation but the organisation.
		if got := l.get("boss", c); got.Org != small || got.Fields["thing"].Text == "" || l.get("firm", c).Fields["thing"].Text == "" {
			t.Errorf("the supervisor reads %v of %q", got.Fields, got.Org)
		}
		for reader, want := range map[string]int{"firm": 1, "boss": 0, "build": 0, "auditor": 0} {
			all, n, err := l.cases.List(ctx, l.actor(reader), casework.Filter{Org: small})
			if err != nil || n != want || len(all) != want {
				t.Errorf("%s finds %d cases by the organisation, want %d, %v", reader, n, want, err)
			}
		}
		l.must(l.db.Read(ctx, func(tx *db.Tx) error {
			told, err := l.told.History(ctx, tx, c.Object())
			for _, n := range told {
				if text := fmt.Sprintf("%+v", n); strings.Contains(text, "虚构机构") || strings.Contains(text, "秘密") {
					t.Errorf("a notice tells %s", text)
				}
			}
			return err
		}))
		open := l.sent("false", "340100.fire")
		if got := l.get("build", open); got.Org != small || got.Veiled["thing"] == "" {
			t.Errorf("a sight with a condition that is not met: %q, %v", got.Org, got.Veiled)
		}
	})
}
