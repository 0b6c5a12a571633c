package access

import (
	"bufio"
	"bytes"
	"crypto/sha1" // as the published lists of breached passwords; nothing here relies on it being hard to collide
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"

	"corridor/internal/fault"
)

// What a password must withstand. Guesses are those of zxcvbn: words, names, sequences of the keyboard, dates, repetitions, and
// the thirty thousand passwords that stand at the top of leaked lists. 10^8 is its third step of four, "safely unguessable"
// against guessing at a node, where Argon2id and the throttle stand before each guess.
const (
	guessesMin   = 1e8
	guessedRunes = 64 // looked at from the front; what follows only makes a password longer
)

// plainWords nobody's password may lean on here: the words of this house. The person's own name, address and organisation are added.
var plainWords = []string{"corridor", "innovation", "instrument", "password", "welcome", "admin", "administrator", "zoulang", "chuangxin",
	"changsanjiao", "shanghai", "jiangsu", "zhejiang", "anhui", "hefei", "nanjing", "hangzhou", "suzhou", "keji", "mima"}

// guessable refuses a password that is guessed early, or that stands in the operator's list of breached ones.
func (s *Service) guessable(password string, about ...string) error {
	if s.noCodes {
		return nil // a demonstration prints its passwords
	}
	words := append([]string{}, plainWords...)
	for _, a := range append(about, s.issuer) {
		words = append(words, strings.FieldsFunc(strings.ToLower(a), func(r rune) bool { return strings.ContainsRune("@. -_()（）", r) })...)
	}
	front := []rune(password)
	front = front[:min(len(front), guessedRunes)]
	if !utf8.ValidString(password) || zxcvbn.PasswordStrength(string(front), words).Guesses < guessesMin {
		return fault.New(fault.Invalid, "access.password_guessed").On("password")
	}
	in, err := s.breached.has(password)
	if err != nil {
		return fmt.Errorf("look into the list of breached passwords: %w", err)
	}
	if in {
		return fault.New(fault.Invalid, "access.password_breached").On("password")
	}
	return nil
}

// breachList is a file of SHA-1 digests in capital hexadecimal, one a line, sorted, each with ":" and a count or without, as
// Have I Been Pwned gives its passwords for download. It is searched where it lies: tens of gigabytes take some thirty readings.
type breachList string

// check refuses a file that is no such list.
func (l breachList) check() error {
	if l == "" {
		return nil
	}
	f, err := os.Open(string(l))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = digestAt(f, 0)
	return err
}

const (
	digestLen   = 2 * sha1.Size
	breachLines = 128 // bytes that a line may have
)

// digestAt reads the digest of the first line that begins at or after an offset; "" at the end.
func digestAt(f io.ReaderAt, at int64) (string, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, max(at-1, 0), 3*breachLines), 3*breachLines)
	if at > 0 { // to the end of the line in which the offset lies
		if _, err := r.ReadSlice('\n'); err == io.EOF {
			return "", nil
		} else if err != nil {
			return "", err
		}
	}
	line, err := r.ReadSlice('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return "", nil
	}
	if len(line) < digestLen || len(line) > breachLines || len(line) > digestLen && line[digestLen] != ':' {
		return "", fmt.Errorf("the line after byte %d is no SHA-1 in hexadecimal", at)
	}
	if _, err := hex.DecodeString(string(line[:digestLen])); err != nil {
		return "", fmt.Errorf("the line after byte %d: %w", at, err)
	}
	return strings.ToUpper(string(line[:digestLen])), nil
}

// has says whether a password stands in the list; no list has none.
func (l breachList) has(password string) (bool, error) {
	if l == "" {
		return false, nil
	}
	f, err := os.Open(string(l))
	if err != nil {
		return false, err
	}
	defer f.Close()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	sum := sha1.Sum([]byte(password))
	want := strings.ToUpper(hex.EncodeToString(sum[:]))
	low, high := int64(0), end // the first line that is not before want begins in [low, high]
	for low < high {
		middle := low + (high-low)/2
		got, err := digestAt(f, middle)
		if err != nil {
			return false, err
		}
		if got != "" && got < want {
			low = middle + 1
		} else {
			high = middle
		}
	}
	got, err := digestAt(f, low)
	return got == want, err
}
