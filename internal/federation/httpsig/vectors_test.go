package httpsig

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The messages, keys and signatures of RFC 9421, appendix B.
const (
	testRequest = "POST /foo?param=Value&Pet=dog HTTP/1.1\r\n" +
		"Host: example.com\r\n" +
		"Date: Tue, 20 Apr 2021 02:07:55 GMT\r\n" +
		"Content-Type: application/json\r\n" +
		"Content-Digest: sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\r\n" +
		"Content-Length: 18\r\n\r\n" + `{"hello": "world"}`
	testResponse = "HTTP/1.1 200 OK\r\n" +
		"Date: Tue, 20 Apr 2021 02:07:56 GMT\r\n" +
		"Content-Type: application/json\r\n" +
		"Content-Digest: sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\r\n" +
		"Content-Length: 23\r\n\r\n" + `{"message": "good dog"}`

	keyRSAPSS = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+" +
		"oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W" +
		"Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB"
	keyP256    = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="
	keyShared  = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
	keyEd25519 = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
)

func request(t testing.TB) Message {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(testRequest)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Length", "18") // net/http keeps it apart
	return Request(r)
}

func response(t testing.TB) Message {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(testResponse)), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Length", "23")
	return Response(r)
}

func decode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// parsePublic reads a public key of another algorithm: our texts are checked by it, our package does not use it.
func parsePublic[K any](t testing.TB, s string) K {
	t.Helper()
	k, err := x509.ParsePKIXPublicKey(decode(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return k.(K)
}

// Every vector of the RFC: the text that we build is the one that was signed there.
func TestTheTextOfEveryVectorIsTheOneThatWasSigned(t *testing.T) {
	pss := func(text string, sig []byte) bool {
		sum := sha512.Sum512([]byte(text))
		return rsa.VerifyPSS(parsePublic[*rsa.PublicKey](t, keyRSAPSS), crypto.SHA512, sum[:], sig, &rsa.PSSOptions{SaltLength: 64}) == nil
	}
	for _, tc := range []struct {
		name, input, sig, base string
		message                Message
		verify                 func(text string, sig []byte) bool
	}{
		{"B.2.2 selective", `("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"`,
			"LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
			"\"@authority\": example.com\n\"content-digest\": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n\"@query-param\";name=\"Pet\": dog\n",
			request(t), pss},
		{"B.2.3 full", `("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`,
			"bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
			"\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@query\": ?param=Value&Pet=dog\n\"@authority\": example.com\n\"content-type\": application/json\n\"content-digest\": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n\"content-length\": 18\n",
			request(t), pss},
		{"B.2.4 response", `("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"`,
			"wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
			"\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n\"content-length\": 23\n",
			response(t), func(text string, sig []byte) bool {
				sum := sha256.Sum256([]byte(text))
				return ecdsa.Verify(parsePublic[*ecdsa.PublicKey](t, keyP256), sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
			}},
		{"B.2.5 shared secret", `("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`,
			"pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
			"\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@authority\": example.com\n\"content-type\": application/json\n",
			request(t), func(text string, sig []byte) bool {
				h := hmac.New(sha256.New, decode(t, keyShared))
				h.Write([]byte(text))
				return hmac.Equal(h.Sum(nil), sig)
			}},
		{"B.2.6 ed25519", `("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`,
			"wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
			"\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n",
			request(t), func(text string, sig []byte) bool { return ed25519.Verify(testPublic(t), []byte(text), sig) }},
	} {
		m, err := parseDictionary("sig=" + tc.input)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		got, err := tc.message.base(m[0].list, m[0].params)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if want := tc.base + "\"@signature-params\": " + tc.input; got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, got, want)
		}
		if !tc.verify(got, decode(t, tc.sig)) {
			t.Errorf("%s: the signature of the RFC is not over our text", tc.name)
		}
	}
}

func testPrivate(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	k, err := x509.ParsePKCS8PrivateKey(decode(t, keyEd25519))
	if err != nil {
		t.Fatal(err)
	}
	return k.(ed25519.PrivateKey)
}

func testPublic(t testing.TB) ed25519.PublicKey {
	return testPrivate(t).Public().(ed25519.PublicKey)
}

// B.2.6 is deterministic: we make the same bytes, and take them back.
func TestTheSignatureOfTheRFCIsOurs(t *testing.T) {
	m := request(t)
	created := time.Unix(1618884473, 0)
	s := Signature{Label: "sig-b26", Covers: []string{"date", "@method", "@path", "@authority", "content-type", "content-length"}, Created: created, KeyID: "test-key-ed25519", Plain: true}
	if err := Sign(m, nil, s, testPrivate(t)); err != nil {
		t.Fatal(err)
	}
	if got, want := m.Header.Get("Signature-Input"), `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := m.Header.Get("Signature"), "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got, err := Verify(m, nil, Policy{Now: created, AgeMax: time.Minute, Covers: []string{"@method", "date"},
		Key: func(id string) (ed25519.PublicKey, bool) { return testPublic(t), id == "test-key-ed25519" }})
	if err != nil || got.KeyID != "test-key-ed25519" || !got.Created.Equal(created) {
		t.Errorf("%+v, %v", got, err)
	}
}

// The values of derived components in section 2.2, and of fields in section 2.1.
func TestComponentsHaveTheValuesOfTheRFC(t *testing.T) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST /path?param=value&foo=bar&baz=batman&qux=&var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something HTTP/1.1\r\n" +
		"Host: www.EXAMPLE.com:80\r\nX-OWS-Header:    Leading and trailing whitespace.   \r\nCache-Control: max-age=60\r\nCache-Control:    must-revalidate\r\nX-Empty-Header: \r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	m := Request(r)
	for name, want := range map[string]string{
		"@method":                   "POST",
		"@authority":                "www.example.com",
		"@scheme":                   "http",
		"@path":                     "/path",
		`@query-param;name="baz"`:   "batman",
		`@query-param;name="qux"`:   "",
		`@query-param;name="param"`: "value",
		`@query-param;name="var"`:   "this%20is%20a%20big%0Amultiline%20value",
		`@query-param;name="bar"`:   "with%20plus%20whitespace",
		`@query-param;name="fa%C3%A7ade%22%3A%20"`: "something",
		"x-ows-header":   "Leading and trailing whitespace.",
		"cache-control":  "max-age=60, must-revalidate",
		"x-empty-header": "",
	} {
		i, err := parseCovers([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.component(i[0]); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"@status", "@nothing", "Cache-Control", "missing", `cache-control;sf`, `cache-control;key="max-age"`, `@method;req`, `@query-param;name="none"`, "@query-param", `@query-param;name=1`} {
		i, err := parseCovers([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.component(i[0]); err == nil {
			t.Errorf("%s has the value %q", name, got)
		}
	}
	if got, err := Request(&http.Request{URL: r.URL, Host: "a:443", Header: http.Header{}}).component(item{text: "@target-uri"}); err != nil || !strings.HasPrefix(got, "http://a:443/path?param=") {
		t.Errorf("%q, %v", got, err)
	}
}
