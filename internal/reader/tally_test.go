package reader_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/reader"
)

// TestCountsOfSubjectsMoveWithEveryAct reads the list of indicators, as an officer and as everybody sees it, after each act;
// the audit counts anew each time.
func TestCountsOfSubjectsMoveWithEveryAct(t *testing.T) {
	dbtest.Each(t, now, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k, _, who := desk(t, d)
		seen := func(as access.Actor) string {
			all, total, kinds, err := k.Subjects(ctx, as, reader.SubjectQuery{Kind: reader.IndicatorSubject, ByName: true})
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, s := range all {
				fmt.Fprintf(&b, "%s %d in %d; ", s.Name, s.Mentions, s.Documents)
			}
			if total != len(all) || kinds[reader.IndicatorSubject] != total {
				t.Errorf("%d of %d, %v", len(all), total, kinds)
			}
			return strings.TrimSuffix(b.String(), "; ")
		}
		text := func(n int) string {
			return fmt.Sprintf("第%d号简报\n\n2025年，虚构市创新券支持金额%d万元。2024年，虚构市创新券支持金额%d万元。\n\n2025年，虚构市创新券服务企业%d家。\n", n, 300+n, 200+n, 40+n)
		}
		one, two := take(t, k, who, "a.txt", text(1)), take(t, k, who, "b.txt", text(2))
		other := ""
		for _, step := range []struct {
			name              string
			do                func() error
			officer, everyone string
		}{
			{"two documents", func() error { return nil },
				"服务企业数 2 in 2; 虚构市创新券支持金额 4 in 2", ""},
			{"accepted", func() error {
				_, err := k.Decide(ctx, who, one.ID, find(t, k, one, reader.Figure).No, reader.Decision{Accept: true})
				return err
			}, "服务企业数 2 in 2; 虚构市创新券支持金额 4 in 2", ""},
			{"published", func() error { return k.Publish(ctx, who, one.ID, true) },
				"服务企业数 2 in 2; 虚构市创新券支持金额 4 in 2", "虚构市创新券支持金额 1 in 1"},
			{"another rejected", func() error {
				_, err := k.Decide(ctx, who, two.ID, find(t, k, two, reader.Figure).No, reader.Decision{Reason: "重复"})
				return err
			}, "服务企业数 2 in 2; 虚构市创新券支持金额 3 in 2", "虚构市创新券支持金额 1 in 1"},
			{"joined", func() error {
				a, b := subject(t, k, officer, reader.IndicatorSubject, "服务企业数"), subject(t, k, officer, reader.IndicatorSubject, "虚构市创新券支持金额")
				other = string(a.Names[0].Key)
				return k.Join(ctx, who, a.ID, b.ID, "同一项")
			}, "虚构市创新券支持金额 5 in 2", "虚构市创新券支持金额 1 in 1"},
			{"split", func() error {
				_, err := k.Split(ctx, who, subject(t, k, officer, reader.IndicatorSubject, "虚构市创新券支持金额").ID, other, "两项")
				return err
			}, "服务企业数 2 in 2; 虚构市创新券支持金额 3 in 2", "虚构市创新券支持金额 1 in 1"},
			{"undone", func() error {
				_, err := k.Undo(ctx, who, two.ID, find(t, k, two, reader.Figure).No)
				return err
			}, "服务企业数 2 in 2; 虚构市创新券支持金额 4 in 2", "虚构市创新券支持金额 1 in 1"},
			{"hidden", func() error { return k.Publish(ctx, who, one.ID, false) },
				"服务企业数 2 in 2; 虚构市创新券支持金额 4 in 2", ""},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if got := seen(officer); got != step.officer {
				t.Errorf("%s: an officer sees %q, want %q", step.name, got, step.officer)
			}
			if got := seen(nobody); got != step.everyone {
				t.Errorf("%s: everybody sees %q, want %q", step.name, got, step.everyone)
			}
			if lines, err := k.Audit(ctx); err != nil || len(lines) != 0 {
				t.Errorf("%s: the audit says %q, %v", step.name, lines, err)
			}
		}
	})
}
