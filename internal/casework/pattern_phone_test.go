package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// TestAPhoneIsNamedByAKeyedDigest: who knows how the name is made, and not the secret, cannot try the numbers out.
func TestAPhoneIsNamedByAKeyedDigest(t *testing.T) {
	const scheme, phone = "voucher-order", "13800000000"
	name := phoneSubject("a secret", scheme, phone)
	plain := sha256.Sum256([]byte(scheme + "/" + phone))
	if !strings.HasPrefix(name, scheme+"/") || strings.Contains(name, hex.EncodeToString(plain[:8])) {
		t.Errorf("the name is %s", name)
	}
	if name == phoneSubject("another secret", scheme, phone) || name == phoneSubject("a secret", scheme, "13800000001") || name != phoneSubject("a secret", scheme, phone) {
		t.Error("the name does not follow from the secret and the number alone")
	}
}
