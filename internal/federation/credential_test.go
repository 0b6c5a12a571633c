package federation_test

import (
	"bytes"
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

// A person's certificate is given in Shanghai; nothing in its log names the person; the file alone shows it to anybody; a byte that
// was changed is named by its part; a withdrawn one is seen withdrawn where the log is followed, and the person is forgotten.
func TestACertificateOfAPersonIsOneFile(t *testing.T) {
	now := time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC)
	dbtest.Each(t, func() time.Time { return now }, func(t *testing.T, d *db.DB) {
		_, anhui, shanghai := members(t, d, 1000, nil)
		officer := access.Actor{Person: "01TALENT", Name: "人才岗（演示）", Grants: []access.Grant{{Role: "science", Region: "310000"}}, Strong: true}
		give := federation.Credential{Name: "示范员甲", No: "TM-2026-0001", Hint: "012X", Kind: "technology_manager", Level: "高级", Title: fault.Words{"技术经理人", "Technology manager"},
			Issuer: "310000", Since: unit.Date(2026, time.January, 1), Until: unit.Date(2028, time.December, 31)}
		if _, err := shanghai.fed.GiveCredential(ctx, science, give, ""); fault.KindOf(err) != fault.Denied {
			t.Errorf("an officer of Anhui gave one of Shanghai: %v", err)
		}
		for field, spoil := range map[string]func(*federation.Credential){
			"name": func(c *federation.Credential) { c.Name = " " }, "no": func(c *federation.Credential) { c.No = strings.Repeat("9", 200) }, "hint": func(c *federation.Credential) { c.Hint = "310101199001011234" },
			"kind": func(c *federation.Credential) { c.Kind = "a b" }, "until": func(c *federation.Credential) { c.Until = unit.Date(2025, 1, 1) },
		} {
			c := give
			spoil(&c)
			if _, err := shanghai.fed.GiveCredential(ctx, officer, c, ""); fault.Of(err).Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		c, err := shanghai.fed.GiveCredential(ctx, officer, give, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = shanghai.fed.GiveCredential(ctx, officer, give, "")
		wantFault(t, err, "federation.credential_there")
		meet(t, shanghai, anhui)
		file, err := shanghai.fed.CredentialFile(ctx, officer, c.ID, shanghai.log.Receipt)
		if err != nil {
			t.Fatal(err)
		}
		_, err = shanghai.fed.CredentialFile(ctx, holder, c.ID, shanghai.log.Receipt)
		wantFault(t, err, "federation.no_credential")
		leaf, err := anhui.fed.Leaf(ctx, shanghai.log.Origin(), 0)
		if err != nil || bytes.Contains(leaf.Bytes, []byte(give.Name)) || bytes.Contains(leaf.Bytes, []byte(give.No)) || bytes.Contains(leaf.Bytes, []byte(c.ID)) {
			t.Errorf("the leaf %s, %v", leaf.Bytes, err)
		}
		shown, err := federation.VerifyCertificate(file, "")
		if err != nil || shown.Person == nil || shown.Person.Name != give.Name || shown.Person.No != give.No || shown.Title != give.Title || shown.Label != give.Kind || shown.Until != give.Until || shown.Fingerprint == "" {
			t.Fatalf("shown %+v, %v", shown, err)
		}
		for at := range file {
			b := bytes.Clone(file)
			b[at] ^= 1
			if _, err := federation.VerifyCertificate(b, ""); err == nil || fault.Of(err).Field == "" {
				t.Fatalf("byte %d (%q) may be changed: %v", at, file[max(0, at-20):at+1], err)
			}
		}
		person := bytes.Index(file, []byte("\nperson ")) + len("\nperson ")
		file2 := bytes.Clone(file)
		file2[person+8] ^= 1
		if _, err := federation.VerifyCertificate(file2, ""); fault.Of(err).Field != "person" {
			t.Errorf("a changed name: %v", err)
		}
		if k, err := anhui.fed.KnownOf(ctx, shown); err != nil || !k.Here || !k.KeyCounts || k.Withdrawn {
			t.Errorf("known %+v, %v", k, err)
		}
		if err := shanghai.fed.EndCredential(ctx, officer, c.ID, "本人申请"); err != nil {
			t.Fatal(err)
		}
		wantFault(t, shanghai.fed.EndCredential(ctx, officer, c.ID, "本人申请"), "federation.credential_over")
		meet(t, shanghai, anhui)
		if k, err := anhui.fed.KnownOf(ctx, shown); err != nil || !k.Withdrawn {
			t.Errorf("known %+v, %v", k, err)
		}
		all, err := shanghai.fed.GivenCredentials(ctx, officer)
		if err != nil || len(all) != 1 || all[0].Name != "" || all[0].No != "" || all[0].Ended.IsZero() || all[0].Kind != give.Kind {
			t.Errorf("kept %+v, %v", all, err)
		}
		_, err = shanghai.fed.CredentialFile(ctx, officer, c.ID, shanghai.log.Receipt)
		wantFault(t, err, "federation.credential_over")
	})
}
