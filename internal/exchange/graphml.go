package exchange

import (
	"bufio"
	"encoding/xml"
	"io"
	"maps"
	"slices"
	"time"

	"onrecord.dev/internal/annotate"
)

// graphMLFormat is a network for Gephi and others: claims, and the people,
// organisations and sources they lead to. What has an entity is one node
// wherever it is mentioned.
var graphMLFormat = Format{
	Name: "graphml", Title: "GraphML", Suffix: ".graphml", MediaType: "application/graphml+xml", write: writeGraphML,
}

const graphMLHead = xml.Header + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="label" for="node" attr.name="label" attr.type="string"/>
<key id="kind" for="node" attr.name="kind" attr.type="string"/>
<key id="article" for="node" attr.name="article" attr.type="string"/>
<key id="state" for="node" attr.name="state" attr.type="string"/>
<key id="role" for="edge" attr.name="role" attr.type="string"/>
<graph id="onrecord" edgedefault="directed">
`

func writeGraphML(w io.Writer, c annotate.Corpus, _ time.Time) error {
	names, err := entitiesByID(c)
	if err != nil {
		return err
	}
	g := &graph{Writer: bufio.NewWriter(w), table: table{names: names}}
	g.raw(graphMLHead)
	for _, id := range slices.Sorted(maps.Keys(names)) {
		g.node(id, "label", names[id].Name, "kind", string(names[id].Type))
	}
	for d, err := range c.Articles {
		if err != nil {
			return err
		}
		g.text = annotate.NewText(d.Revision.Text)
		g.article(d)
	}
	g.raw("</graph>\n</graphml>\n")
	return g.Flush()
}

// graph writes nodes and edges. Its writer keeps the first error until it is
// flushed.
type graph struct {
	*bufio.Writer
	table
}

func (g *graph) raw(s string) { _, _ = g.WriteString(s) }

func (g *graph) escaped(s string) { _ = xml.EscapeText(g, []byte(s)) }

func (g *graph) node(id annotate.ID, data ...string) {
	g.raw(`<node id="` + string(id) + `">`)
	g.data(data)
	g.raw("</node>\n")
}

func (g *graph) data(data []string) {
	for pair := range slices.Chunk(data, 2) {
		if key, value := pair[0], pair[len(pair)-1]; value != "" {
			g.raw(`<data key="` + key + `">`)
			g.escaped(value)
			g.raw(`</data>`)
		}
	}
}

// article adds the claims of d, and what they lead to that has no entity.
func (g *graph) article(d annotate.AnnotatedArticle) {
	nodes := map[annotate.ID]annotate.ID{}
	for _, a := range d.Annotations {
		if _, named := g.names[a.Entity]; named && a.Kind != annotate.Claim {
			nodes[a.ID] = a.Entity
			continue
		}
		nodes[a.ID] = a.ID
		g.node(a.ID, "label", g.quote(a), "kind", a.Kind, "article", d.Article.Headline, "state", string(a.Review))
	}
	for _, l := range d.Links {
		g.raw(`<edge id="` + string(l.ID) + `" source="` + string(nodes[l.From]) + `" target="` + string(nodes[l.To]) + `">`)
		g.data([]string{"role", string(l.Role)})
		g.raw("</edge>\n")
	}
}
