package web

import (
	"net/http"
	"strings"

	"corridor/internal/fault"
)

// language is the reader's: asked for in the address, kept in a cookie, or what the browser prefers.
func language(r *http.Request) fault.Lang {
	if l, ok := known(r.URL.Query().Get("lang")); ok {
		return l
	}
	if c, err := r.Cookie("corridor_lang"); err == nil {
		if l, ok := known(c.Value); ok {
			return l
		}
	}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if l, ok := known(strings.ToLower(strings.TrimSpace(part))); ok {
			return l
		}
	}
	return fault.ZH
}

func known(s string) (fault.Lang, bool) {
	switch {
	case strings.HasPrefix(s, "zh"):
		return fault.ZH, true
	case strings.HasPrefix(s, "en"):
		return fault.EN, true
	}
	return fault.ZH, false
}

func other(l fault.Lang) fault.Lang {
	if l == fault.ZH {
		return fault.EN
	}
	return fault.ZH
}

// keepLanguage keeps for a year what the reader chose.
func keepLanguage(w http.ResponseWriter, r *http.Request) {
	if l, ok := known(r.URL.Query().Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{Name: "corridor_lang", Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
			SameSite: http.SameSiteLaxMode})
	}
}
