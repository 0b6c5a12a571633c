package federation_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

var (
	science = access.Actor{Person: "01SCIENCE", Name: "科技岗（演示）", Grants: []access.Grant{{Role: "science", Region: "340000"}}, Strong: true}
	head    = access.Actor{Person: "01HEAD", Name: "负责人（演示）", Grants: []access.Grant{{Role: "head", Region: "340000"}}, Strong: true}
	holder  = access.Actor{Person: "01HOLDER", Name: "企业经办人（演示）", Grants: []access.Grant{{Role: "org_admin", Org: string(shanghaiSeller)}}, Strong: true}
)

// standing is what rules of a station hear of the Shanghai organisation.
func (s *station) standing(list string, day unit.Day) (out federation.Standing) {
	s.t.Helper()
	if err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.fed.Recognised(ctx, tx, string(shanghaiSeller), list, day)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *station) certify(who access.Actor, label unit.ID) (unit.ID, error) {
	return s.fed.Certify(ctx, who, access.Scope{Org: string(shanghaiSeller), Region: "310115"}, label, federation.Certificate{Org: string(shanghaiSeller), Label: "tech_sme", Issuer: "310000",
		Since: unit.Date(2026, time.January, 1), Until: unit.Date(2026, time.December, 31), Holder: fault.Words{"演示中心", "Demo centre"}, Title: fault.Words{"科技型中小企业", "Technology SME"}})
}

// A label given in Shanghai counts in Anhui from the day on which two officers there have said so, by the certificate in
// Shanghai's log, and no longer once Shanghai has withdrawn it.
func TestALabelOfAnotherJurisdictionCountsByItsCertificate(t *testing.T) {
	now := time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC)
	dbtest.Each(t, func() time.Time { return now }, func(t *testing.T, d *db.DB) {
		_, anhui, shanghai := members(t, d, 1000, nil)
		today := unit.Date(2026, time.March, 2)
		told := 0 // how often it was said that what is recognised has changed
		anhui.fed.Relisted(func() { told++ })
		if s := anhui.standing("tech_sme", today); s.Known || s.Yes {
			t.Errorf("nothing stands on the list: %+v", s)
		}
		entry := federation.Recognition{List: "tech_sme", Kind: "label", From: "310000", What: "tech_sme", Since: today, Basis: "演示文件第三条"}
		r, err := anhui.fed.Propose(ctx, science, entry)
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, anhui.fed.DecideRecognition(ctx, science, r.ID, true), "federation.recognition_own")
		if fault.KindOf(anhui.fed.DecideRecognition(ctx, holder, r.ID, true)) == "" {
			t.Error("a firm decided")
		}
		if err := anhui.fed.DecideRecognition(ctx, head, r.ID, true); err != nil {
			t.Fatal(err)
		}
		wantFault(t, anhui.fed.DecideRecognition(ctx, head, r.ID, false), "federation.decided")
		if told != 1 {
			t.Errorf("a list was adopted, and that was told %d times", told)
		}
		if s := anhui.standing("tech_sme", today); s.Known {
			t.Errorf("Shanghai's log was not followed: %+v", s)
		}
		meet(t, shanghai, anhui)
		if s := anhui.standing("tech_sme", today); !s.Known || s.Yes {
			t.Errorf("it holds nothing yet: %+v", s)
		}
		if _, err := shanghai.certify(science, "L1"); err == nil {
			t.Error("an officer of Anhui gave a certificate of Shanghai")
		}
		leaf, err := shanghai.certify(holder, "L1")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := shanghai.certify(holder, "L1"); err != nil || again != leaf {
			t.Errorf("a second certificate %s, %v", again, err)
		}
		meet(t, shanghai, anhui)
		if told != 2 {
			t.Errorf("a certificate came in, and %d changes were told", told)
		}
		if s := anhui.standing("tech_sme", today); !s.Yes || s.By != "certificate:31.corridor.example/log#0" {
			t.Errorf("%+v", s)
		}
		if s := anhui.standing("tech_sme", today.Add(-1)); s.Yes || s.Known {
			t.Errorf("it was not recognised before: %+v", s)
		}
		end, err := anhui.fed.Propose(ctx, head, federation.Recognition{Ends: r.ID, Until: today.Add(30)})
		if err != nil {
			t.Fatal(err)
		}
		if err := anhui.fed.DecideRecognition(ctx, science, end.ID, true); err != nil {
			t.Fatal(err)
		}
		if s := anhui.standing("tech_sme", today.Add(31)); s.Yes || !anhui.standing("tech_sme", today.Add(30)).Yes {
			t.Errorf("after its last day: %+v", s)
		}
		all, err := anhui.fed.Recognitions(ctx, holder)
		if err != nil || len(all) != 2 || all[0].Ends != r.ID || all[1].Leaf == "" || all[1].Until != today.Add(30) {
			t.Errorf("%+v, %v", all, err)
		}
		if err := shanghai.d.Act(ctx, func(tx *db.Tx) error { return shanghai.fed.EndCertificate(ctx, tx, "L1", today) }); err != nil {
			t.Fatal(err)
		}
		meet(t, shanghai, anhui)
		if told != 4 {
			t.Errorf("the certificate was withdrawn, and %d changes were told", told)
		}
		if s := anhui.standing("tech_sme", today); s.Yes || !s.Known {
			t.Errorf("it was withdrawn: %+v", s)
		}
		if _, err := shanghai.certify(holder, "L1"); fault.CodeOf(err) != "federation.certificate_over" {
			t.Errorf("certified again: %v", err)
		}
	})
}

func TestAnEntryThatIsNotWholeIsRefused(t *testing.T) {
	_, anhui, _ := members(t, dbtest.Open(t, nil), 1000, nil)
	good := federation.Recognition{List: "voucher_provider", Kind: "provider", From: "310000", What: string(shanghaiSeller), Since: day}
	for field, spoil := range map[string]func(*federation.Recognition){
		"list":  func(r *federation.Recognition) { r.List = "Voucher provider" },
		"kind":  func(r *federation.Recognition) { r.Kind = "money" },
		"from":  func(r *federation.Recognition) { r.From = "31" },
		"what":  func(r *federation.Recognition) { r.What = "a b" },
		"since": func(r *federation.Recognition) { r.Since = 0 },
		"until": func(r *federation.Recognition) { r.Until = r.Since.Add(-1) },
		"basis": func(r *federation.Recognition) { r.Basis = strings.Repeat("条", 301) },
	} {
		r := good
		spoil(&r)
		_, err := anhui.fed.Propose(ctx, science, r)
		if f := fault.Of(err); f == nil || f.Code != "federation.recognition" || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	r, err := anhui.fed.Propose(ctx, science, good)
	if err != nil {
		t.Fatal(err)
	}
	if err := anhui.fed.DecideRecognition(ctx, head, r.ID, true); err != nil {
		t.Fatal(err)
	}
	if s := anhui.standing("voucher_provider", day); !s.Yes || s.By != "list:"+string(r.ID) {
		t.Errorf("%+v", s)
	}
}

// Entries of all four kinds act: a provider and a label mark an owner, a kind marks listings of its node, a pool is drawn from; each
// from its first day to its last, and only for the jurisdiction that it names.
func TestEachKindOfRecognitionActs(t *testing.T) {
	_, anhui, shanghai := members(t, dbtest.Open(t, nil), 1000, nil)
	for _, r := range []federation.Recognition{{List: "voucher_provider", Kind: "provider", What: string(shanghaiSeller)}, {List: "tech_sme", Kind: "label", What: "tech_sme"},
		{List: "shared", Kind: "listing", What: "instrument"}, {List: "judges", Kind: "expert", What: "experts"}} {
		r.From, r.Since, r.Until = "310000", day, day.Add(10)
		r, err := anhui.fed.Propose(ctx, science, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := anhui.fed.DecideRecognition(ctx, head, r.ID, true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := shanghai.certify(holder, "L1"); err != nil {
		t.Fatal(err)
	}
	meet(t, shanghai, anhui)
	acts := func(on unit.Day) (out []string) {
		t.Helper()
		if err := anhui.d.Read(ctx, func(tx *db.Tx) error {
			out, _ = anhui.fed.RecognisedOwner(ctx, tx, string(shanghaiSeller), on)
			for _, from := range []string{"310000", "320000"} {
				if yes, err := anhui.fed.RecognisedKind(ctx, tx, from, "instrument", on); yes || err != nil {
					out = append(out, "instrument of "+from)
				}
			}
			pools, err := anhui.fed.RecognisedPools(ctx, tx, "judges", on)
			out = append(out, pools...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got, want := strings.Join(acts(day), " "), "recognised.provider tech_sme instrument of 310000 310000.experts"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := append(acts(day-1), acts(day.Add(11))...); len(got) > 0 {
		t.Errorf("outside their days: %q", got)
	}
}

// One file shows a certificate to anybody, asking nobody; each byte of it is held by some part.
func TestACertificateFileNamesThePartThatIsFalse(t *testing.T) {
	_, anhui, shanghai := members(t, dbtest.Open(t, nil), 1000, nil)
	leaf, err := shanghai.certify(holder, "L1")
	if err != nil {
		t.Fatal(err)
	}
	meet(t, shanghai, anhui)
	receipt, err := shanghai.log.Receipt(context.Background(), leaf, true)
	if err != nil {
		t.Fatal(err)
	}
	file, err := shanghai.fed.CertificateFile(ctx, receipt)
	if err != nil {
		t.Fatal(err)
	}
	v, err := federation.VerifyCertificate(file, "")
	if err != nil {
		t.Fatal(err)
	}
	if v.Org != string(shanghaiSeller) || v.Holder[1] != "Demo centre" || !v.Named || v.Signed != 3 || v.Fingerprint != shanghai.fed.Fingerprint() {
		t.Errorf("%+v", v)
	}
	if k, err := anhui.fed.KnownOf(ctx, v); err != nil || !k.KeyCounts || k.Withdrawn || k.Peer.Code != "310000" {
		t.Errorf("Anhui knows %+v, %v", k, err)
	}
	if _, err := federation.VerifyCertificate(file, anhui.log.PublicKey()); fault.Of(err).Field != "key" {
		t.Errorf("under another key: %v", err)
	}
	if _, err := federation.VerifyCertificate(file, shanghai.log.PublicKey()); err != nil {
		t.Errorf("under its key: %v", err)
	}
	parts := map[string]int{}
	for i := range file {
		changed := append([]byte(nil), file...)
		changed[i] ^= 1
		_, err := federation.VerifyCertificate(changed, "")
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		parts[f.Field]++
	}
	for _, part := range []string{"head", "sum", "key", "community", "leaf", "record"} {
		if parts[part] == 0 {
			t.Errorf("no byte belongs to %s: %v", part, parts)
		}
	}
	if _, err := federation.VerifyCertificate(file[:len(file)/2], ""); err == nil {
		t.Error("half a file is true")
	}
}
