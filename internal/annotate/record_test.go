package annotate_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestRecordsReadBackAsTheyWere(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 15, 0, 123456000, time.UTC)
	whole := annotate.Annotation{
		ID: id(1), Version: 4, Kind: annotate.Claim, Entity: id(2), Review: annotate.Disputed,
		Fragments:  []annotate.Fragment{{Start: 40, End: 42, Exact: "no"}, {Start: 3, End: 9}},
		Attributes: annotate.Attributes{"quotation": "mixed", "not_stated": []string{"speaker", "source"}},
		CreatedBy:  id(3), CreatedAt: at, UpdatedBy: id(4), UpdatedAt: at.Add(time.Hour),
	}
	link := annotate.Link{
		ID: id(5), Version: 2, From: id(1), To: id(6), Role: annotate.RoleSource, Attributes: annotate.Attributes{"certainty": "Uu"},
		CreatedBy: id(3), CreatedAt: at, UpdatedBy: id(4), UpdatedAt: at.Add(time.Hour),
	}
	mute := annotate.Annotation{ID: id(7), Kind: annotate.Speaker, Entity: id(2), Attributes: annotate.Attributes{}}
	operations := []annotate.Operation{
		{Op: annotate.Put, Annotation: &whole},
		{Op: annotate.Touch, Annotation: &whole},
		{Op: annotate.Put, Annotation: &mute},
		{Op: annotate.Put, Link: &link},
		{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: id(1), Version: 5}},
		{Op: annotate.Delete, Link: &annotate.Link{ID: id(5), Version: 3}},
	}
	b, err := json.Marshal(annotate.Records(operations))
	if err != nil {
		t.Fatal(err)
	}
	var records []annotate.OperationRecord
	if err := json.Unmarshal(b, &records); err != nil {
		t.Fatal(err)
	}
	got := annotate.Operations(records)
	if len(got) != len(operations) {
		t.Fatalf("%d operations read back, want %d", len(got), len(operations))
	}
	for i := range operations {
		if !reflect.DeepEqual(got[i], operations[i]) {
			t.Errorf("operation %d reads back as %+v %+v, want %+v %+v", i, got[i].Annotation, got[i].Link, operations[i].Annotation, operations[i].Link)
		}
	}
}

func TestRecordsAreThisJSON(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 15, 0, 123456789, time.FixedZone("", 3600))
	tests := map[string]struct {
		record any
		want   string
	}{
		"a claim": {
			annotate.Annotation{
				ID: "a", Version: 1, Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 1, End: 2, Exact: "x"}},
				Attributes: annotate.Attributes{"quotation": "direct"}, Review: annotate.Unreviewed, CreatedBy: "u", CreatedAt: at, UpdatedBy: "u", UpdatedAt: at,
			}.Record(),
			`{"id":"a","version":1,"kind":"claim","fragments":[{"start":1,"end":2,"exact":"x"}],"attributes":{"quotation":"direct"},"entity":null,` +
				`"review_state":"unreviewed","created_by":"u","created_at":"2026-11-23T08:15:00.123456Z","updated_by":"u","updated_at":"2026-11-23T08:15:00.123456Z"}`,
		},
		"a speaker not in the text, which has no review": {
			annotate.Annotation{ID: "a", Kind: annotate.Speaker, Entity: "e", Review: annotate.Unreviewed, CreatedBy: "u"}.Record(),
			`{"id":"a","version":0,"kind":"speaker","fragments":[],"attributes":{},"entity":"e","created_by":"u"}`,
		},
		"a link": {
			annotate.Link{ID: "l", Version: 2, From: "a", To: "b", Role: annotate.RoleCue}.Record(),
			`{"id":"l","version":2,"from":"a","to":"b","role":"cue","attributes":{}}`,
		},
		"a deletion": {
			annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: "a", Version: 3, Kind: annotate.Claim, Deleted: true}}.Record(),
			`{"op":"delete","annotation":{"id":"a","version":3,"entity":null}}`,
		},
		"a deletion of a link": {
			annotate.Operation{Op: annotate.Delete, Link: &annotate.Link{ID: "l", Version: 3, From: "a", To: "b"}}.Record(),
			`{"op":"delete","link":{"id":"l","version":3}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(tt.record)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestAttributesAreReadFromJSON(t *testing.T) {
	tests := map[string]struct {
		json string
		want annotate.Attributes
	}{
		"none":                     {`{}`, annotate.Attributes{}},
		"null":                     {`null`, nil},
		"text and a list":          {`{"a": "x", "b": ["y", "z"]}`, annotate.Attributes{"a": "x", "b": []string{"y", "z"}}},
		"an empty list":            {`{"a": []}`, annotate.Attributes{"a": []string{}}},
		"null is not coded":        {`{"a": null, "b": "y"}`, annotate.Attributes{"b": "y"}},
		"what is left to refuse":   {`{"a": 1, "b": true, "c": {"d": "e"}}`, annotate.Attributes{"a": 1.0, "b": true, "c": map[string]any{"d": "e"}}},
		"a list that is not words": {`{"a": ["x", 1]}`, annotate.Attributes{"a": []any{"x", 1.0}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got struct{ Attributes annotate.Attributes }
			if err := json.Unmarshal([]byte(`{"Attributes": `+tt.json+`}`), &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Attributes) != len(tt.want) || len(tt.want) > 0 && !reflect.DeepEqual(got.Attributes, tt.want) {
				t.Errorf("got %#v, want %#v", got.Attributes, tt.want)
			}
		})
	}
	var a annotate.Attributes
	if err := json.Unmarshal([]byte(`["x"]`), &a); err == nil {
		t.Error("a list is read as attributes")
	}
}
