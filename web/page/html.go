package page

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// HTML is text, in the page's language, with markup in it, such as
// "Signed in as <strong>%s</strong>". What stands in the places of its verbs is
// escaped; it may also be a component, such as [ui.Time].
func (f Frame) HTML(text string, args ...any) templ.Component {
	return filled(args, func(args []any) string { return f.T(text, args...) })
}

// NHTML is [Frame.HTML] for n things, as [language.Language.N] is T for them.
func (f Frame) NHTML(n int, one, many string, args ...any) templ.Component {
	return filled(args, func(args []any) string { return f.N(n, one, many, args...) })
}

// filled writes what text makes of args, which are HTML when it gets them.
func filled(args []any, text func(args []any) string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		safe := make([]any, len(args))
		for i, arg := range args {
			var err error
			if safe[i], err = htmlOf(ctx, arg); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, text(safe))
		return err
	})
}

// htmlOf leaves numbers as they are, for the language to write.
func htmlOf(ctx context.Context, arg any) (any, error) {
	switch arg := arg.(type) {
	case int:
		return arg, nil
	case templ.Component:
		var b strings.Builder
		err := arg.Render(ctx, &b)
		return b.String(), err
	default:
		return templ.EscapeString(fmt.Sprint(arg)), nil
	}
}
