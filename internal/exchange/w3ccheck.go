package exchange

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// checkW3C says what makes a value no annotation of the Web Annotation data
// model; nothing if it is one. Within a collection, that one gives the context.
func checkW3C(raw json.RawMessage, within bool) string {
	var a map[string]any
	if json.Unmarshal(raw, &a) != nil {
		return "This is no annotation of the W3C: it is not a JSON object."
	}
	c := w3cCheck{}
	if !within {
		c.must(contains(a["@context"], w3cContext), "@context")
	}
	c.must(contains(a["type"], "Annotation"), "type")
	c.must(isURI(a["id"]) || a["id"] == nil, "id")
	for _, name := range []string{"canonical", "via", "rights"} {
		c.must(a[name] == nil || every(a[name], isURI), name)
	}
	for _, name := range []string{"created", "modified", "generated"} {
		c.must(a[name] == nil || isMoment(a[name]), name)
	}
	for _, name := range []string{"creator", "generator"} {
		c.must(a[name] == nil || every(a[name], isAgent), name)
	}
	if value, given := a["bodyValue"]; given {
		_, one := value.(string)
		c.must(one && a["body"] == nil, "bodyValue")
	}
	c.must(a["body"] == nil || every(a["body"], c.isBody), "body")
	c.must(a["target"] != nil && every(a["target"], c.isTarget), "target")
	if len(c.bad) == 0 {
		return ""
	}
	return fmt.Sprintf("This is no annotation of the W3C: %q is not as it must be.", c.bad[0])
}

type w3cCheck struct{ bad []string }

func (c *w3cCheck) must(ok bool, name string) {
	if !ok {
		c.bad = append(c.bad, name)
	}
}

// contains reports whether v is want or a list with want in it.
func contains(v any, want string) bool {
	list, many := v.([]any)
	return v == want || many && slices.Contains(list, any(want))
}

// every reports whether v, or each item of it if it is a list, is something.
func every(v any, is func(any) bool) bool {
	list, many := v.([]any)
	if !many {
		return is(v)
	}
	return len(list) > 0 && !slices.ContainsFunc(list, func(item any) bool { return !is(item) })
}

// isURI reports whether v is an address: with a scheme, or within the file.
func isURI(v any) bool {
	s, ok := v.(string)
	u, err := url.Parse(s)
	return ok && err == nil && (u.Scheme != "" || len(s) > 1 && s[0] == '#')
}

func isMoment(v any) bool {
	s, ok := v.(string)
	_, err := time.Parse(time.RFC3339, s)
	return ok && err == nil
}

func isAgent(v any) bool {
	if _, object := v.(map[string]any); object {
		return true
	}
	return isURI(v)
}

// isResource checks what bodies and targets have in common.
func isResource(r map[string]any) bool {
	direction, given := r["textDirection"]
	if given && direction != "ltr" && direction != "rtl" && direction != "auto" {
		return false
	}
	for _, name := range []string{"processingLanguage", "format", "value"} {
		if v, given := r[name]; given {
			if _, one := v.(string); !one {
				return false
			}
		}
	}
	kinds := 0
	for _, composite := range []string{"Choice", "List", "Composite", "Independents"} {
		if contains(r["type"], composite) {
			kinds++
		}
	}
	_, items := r["items"]
	return kinds <= 1 && items == (kinds == 1)
}

func (c *w3cCheck) isBody(v any) bool {
	r, object := v.(map[string]any)
	if !object {
		return isURI(v)
	}
	if contains(r["type"], "TextualBody") && r["value"] == nil {
		return false
	}
	return isResource(r) && (r["id"] == nil || isURI(r["id"])) &&
		(r["id"] != nil || r["value"] != nil || r["source"] != nil || r["items"] != nil)
}

func (c *w3cCheck) isTarget(v any) bool {
	r, object := v.(map[string]any)
	if !object {
		return isURI(v)
	}
	selector, selected := r["selector"]
	if selected && !every(selector, isSelector) {
		return false
	}
	if (contains(r["type"], "SpecificResource") || len(r) == 0) && r["source"] == nil {
		return false
	}
	return isResource(r) && (r["id"] == nil || isURI(r["id"])) &&
		(r["id"] != nil || r["source"] != nil || r["items"] != nil || selected)
}

func isSelector(v any) bool {
	s, object := v.(map[string]any)
	if !object {
		return isURI(v)
	}
	_, one := s["value"].(string)
	if contains(s["type"], "FragmentSelector") {
		return one
	}
	if value, given := s["value"]; given && value != nil {
		return one
	}
	return true
}
