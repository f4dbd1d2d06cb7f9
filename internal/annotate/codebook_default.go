package annotate

import "slices"

// DefaultCodebook is what a new project begins with, fresh on every call so
// that its caller may change it. Its guidelines follow the field's attribution
// corpora, its closed lists FactBank (certainty), journalism studies (source
// types and channels) and ClaimReview (verdicts). Active is what an analyst
// needs first; the rest waits for the manager to switch it on.
//
// The names and values are code, the same in every language, and so exports
// compare; labels and guidelines are for people and may be translated.
func DefaultCodebook() *Codebook {
	c := &Codebook{
		Kinds:      defaultKinds(),
		Attributes: slices.Concat(claimAttributes(), assessmentAttributes(), speakerAttributes(), sourceAttributes(), cueAttributes(), linkAttributes()),
	}
	// A list with nothing in it is [] in JSON, never null.
	for i := range c.Kinds {
		k := &c.Kinds[i]
		k.Entities = append([]EntityType{}, k.Entities...)
	}
	for i := range c.Attributes {
		a := &c.Attributes[i]
		a.Kinds = append([]string{}, a.Kinds...)
		a.Roles = append([]LinkRole{}, a.Roles...)
		a.Values = append([]Value{}, a.Values...)
	}
	return c
}

func defaultKinds() []Kind {
	return []Kind{
		{Name: Claim, Label: "Claim", Color: "amber", Key: "c", Guideline: claimGuideline, Active: true},
		{
			Name: Speaker, Label: "Speaker", Color: "blue", Key: "s", Guideline: speakerGuideline, Active: true,
			Entities: []EntityType{Person, Organisation, Group, Outlet},
		},
		{
			Name: Source, Label: "Source", Color: "green", Key: "o", Guideline: sourceGuideline, Active: true,
			Entities: []EntityType{Document, Recording, Outlet, Organisation, Person, Group, Event},
		},
		{Name: Cue, Label: "Cue", Color: "violet", Key: "u", Guideline: cueGuideline, Active: true},
	}
}

const claimGuideline = `A claim is **what the article says that somebody else said, wrote, thinks, knows, wants, intends or ordered**.
Tag it when the article hands the responsibility for the words to someone other than its author.

**Tag**
- statements and announcements: the mayor said *that the bridge is safe*;
- beliefs and knowledge: engineers suspect *that salt got in*;
- wishes, support and intentions: residents want *the ferry back*;
- orders and rules: the court ordered *the tapes released*;
- refusals to answer: the ministry declined *to comment*. Set **Quotation** to *non-response* and say which;
- denials: she denied *having seen the letter*. The claim is what is denied, the denial is in the cue.

**Do not tag**
- single words in marks that only borrow a tone: a "useful" meeting. A quoted word inside a reported sentence is
  part of that sentence, tagged whole, as *mixed*;
- titles of films, books, laws and posts, mottoes and nicknames;
- plain actions: he *resigned*, they *met*; and what somebody will do, unless the article says who says so;
- what somebody did not do: he *did not comment* is the article's own observation, he *declined to comment* is not;
- descriptions of a person, and who wrote a work.

**Where it begins and ends**
- Take as little as carries the whole meaning, with its quote marks: "…", “…”, « … », or the dash that opens a turn of speech.
- *that* and the *to* of an infinitive belong to the claim. The full stop does only inside the marks.
- Leave out whom it was said to: tag that as a speaker and link it as addressee.
- If the cue splits a quote, add the rest **as a further fragment of the same claim**; so too if it goes on in the next
  paragraph. A new cue begins a new claim.
- Speech within speech is two claims: link the inner one to the outer one with *within*.
- If the text does not state the speaker or the source, say so in **Not stated**: that differs from nobody having looked.`

const speakerGuideline = `A speaker is **the person, organisation or group whose words, thoughts or wishes a claim reports**.

- Choose the person before the paper: in "the report by the auditors says", the auditors speak and the report is the source.
- Tag what the article calls them **where the claim is made**: a name, a description, or a bare *she* or *who*. Then choose
  the entity that is meant, so that every spelling of one person counts as one.
- Include the article, titles and functions, and a clause that identifies the speaker, shows why they matter here, or helps
  to judge them: *a dock worker who was on shift that night*. Leave out the rest.
- Several who say one thing together are one speaker: *the mayor and her deputy*. Several who say it apart are several.
- The empty *it* of "it is said" is nobody: use **Not stated** on the claim.
- A speaker the text never mentions can still be added from the list of entities, without tagging any words.
- An organisation speaks when no person is named for it: *the ministry*, *the Kremlin*.`

const sourceGuideline = `A source is **the thing or the outlet through which a claim reached this article**: a document, a recording, a poll, a court
file, a news agency, a press conference.

- Ask *how does this article know?* The speaker said it; the source is where it can be found.
- Tag the words that name it, with what helps to judge it: *a recording reviewed by the paper*.
- If it came through several hands, tag each and chain them with *via*, from the one nearest to the speaker outwards:
  recording, via the agency that transcribed it, via the paper that reprinted it. On each link say what was done.
- A document whose author is not stated stands alone: a source and no speaker.
- An outlet that speaks in its own name ("we could not verify the recording") is a source, with the claim's certainty on
  that link. So is a law or a sign. Unless somebody else speaks through it, choose *speaker* under **Not stated**.
- The article's own outlet need not be tagged.`

const cueGuideline = `The cue is **the fewest words that tell the reader somebody else is speaking**: *said*, *according to*, *in the view of*, a colon.

- Keep the verb together: *has not said*, *may have suggested*, *is understood to believe*. Helpers, negation and adverbs
  within it belong to the cue: they change what is claimed.
- A preposition that joins the speaker belongs to it: *according to*, *in the words of*. So does the colon of "Rossi:".
- *that* and the *to* of an infinitive do not: they begin the claim.
- A cue is one stretch of text. If two verbs share a claim ("said and repeated"), take both with what stands between.
- Some claims have no cue, such as the quote that simply follows another. Leave it out.`

func claimAttributes() []Attribute {
	on := []string{Claim}
	return []Attribute{
		{
			Name: "quotation", Label: "Quotation", Type: Choice, Kinds: on, Active: true,
			Guideline: "How the words are given. Look at the marks first: all of the claim inside them is *direct*, some of it is *mixed*, none of it is one of the others.",
			Values: []Value{
				{"direct", "Direct", "All of it stands inside quote marks, or after the dash of a turn of speech.", true},
				{"mixed", "Mixed", "A reported sentence with words inside marks, if only one.", true},
				{"indirect", "Indirect", "The content retold, close enough to turn back into words.", true},
				{"reported", "Reported", "Only the act is told: they discussed the budget, she defended the plan.", true},
				{"free_indirect", "Free indirect", "Somebody's words in the article's voice, without a cue of their own.", true},
				{"non_response", "Non-response", "An answer was sought and not given.", true},
			},
		},
		{
			Name: "modality", Label: "Modality", Type: Choice, Kinds: on, Active: true,
			Guideline: "Whether it has been said. *X says that Y will say so* is two claims, and the inner one is *future*.",
			Values: []Value{
				{"actual", "Actual", "It was said, thought or ordered.", true},
				{"future", "Future", "It will be: she is expected to tell the council…", true},
				{"conditional", "Conditional", "It would be, if something else happened.", true},
				{"hypothetical", "Hypothetical", "It is imagined or suggested: he could tell them that…", true},
			},
		},
		{
			Name: "non_response", Label: "Non-response", Type: Choice, Kinds: on, Active: true,
			Guideline: "For claims whose quotation is *non-response*: how the answer failed to come.",
			Values: []Value{
				{"declined", "Declined", "They refused to answer or to comment.", true},
				{"no_immediate_response", "No immediate response", "They had not answered when the article was written.", true},
				{"acknowledged_receipt", "Acknowledged only", "They confirmed the question and did not answer it.", true},
				{"unreachable", "Unreachable", "They could not be reached.", true},
				{"referred_elsewhere", "Referred elsewhere", "They sent the question on to somebody else.", true},
			},
		},
		{
			Name: "not_stated", Label: "Not stated", Type: Choices, Kinds: on, Active: true,
			Guideline: "What you looked for and the text does not say. Leave this empty while you have not looked.",
			Values: []Value{
				{"speaker", "Speaker", "The text does not state who said it.", true},
				{"source", "Source", "The text does not state how it became known.", true},
			},
		},
		{
			Name: "time", Label: "Time as written", Type: Prose, Kinds: on, Active: true,
			Guideline: "When it was said, in the article's words: *last month*, *on Tuesday*, *14 October*. Do not work out the date: an article without a date of its own may get one later.",
		},
		{
			Name: "time_value", Label: "Date meant", Type: Prose, Kinds: on,
			Guideline: "The date those words mean, once it is certain, as far as it is: *2026*, *2026-11* or *2026-11-23*. Empty means unresolved.",
		},
		{
			Name: "attitude", Label: "Attitude", Type: Choice, Kinds: on,
			Guideline: "What is attributed: words, a thought, a wish or an order.",
			Values: []Value{
				{"statement", "Statement", "Said, wrote, announced.", true},
				{"belief", "Belief", "Thinks, fears, assumes, expects.", true},
				{"knowledge", "Knowledge", "Knows, realised, remembers: the article takes it as true.", true},
				{"perception", "Perception", "Saw, heard, noticed.", true},
				{"intention", "Intention", "Plans, intends, agreed to.", true},
				{"desire_attitude", "Wish or feeling", "Wants, supports, regrets, opposes.", true},
				{"decree", "Decree", "Ordered, ruled, forbade.", true},
				{"evidence_shown", "Evidence shown", "A document or measurement shows it.", true},
			},
		},
		{
			Name: "commitment", Label: "Speech act", Type: Choice, Kinds: on,
			Guideline: "What the speaker does by saying it.",
			Values: []Value{
				{"asserts", "Asserts", "Holds that it is so.", true},
				{"denies", "Denies", "Holds that it is not so.", true},
				{"suggests", "Suggests", "Hints at it without holding it.", true},
				{"predicts", "Predicts", "Holds that it will be so.", true},
				{"promises", "Promises", "Binds themselves to do it.", true},
				{"threatens", "Threatens", "Announces harm, or harm unless.", true},
				{"demands", "Demands", "Calls on others to do it.", true},
				{"recommends", "Recommends", "Advises it.", true},
				{"asks", "Asks", "Puts it as a question.", true},
				{"doubts", "Doubts", "Holds that it may not be so.", true},
				{"agrees", "Agrees", "Sides with what another said.", true},
				{"disagrees", "Disagrees", "Sides against what another said.", true},
			},
		},
	}
}

// assessmentAttributes are the questions about a claim that go beyond who said
// it: what it is worth checking and what came of that.
func assessmentAttributes() []Attribute {
	on := []string{Claim}
	return []Attribute{
		{
			Name: "polarity", Label: "Polarity", Type: Choice, Kinds: on,
			Guideline: "Whether the speaker affirms or refutes the claim under discussion.",
			Values: []Value{
				{"affirm", "Affirms", "The speaker says that it is so.", true},
				{"refute", "Refutes", "The speaker says that it is not so.", true},
			},
		},
		{
			Name: "stance", Label: "Stance", Type: Choice, Kinds: on,
			Guideline: "Where the speaker stands on the topic your project follows.",
			Values: []Value{
				{"support", "Supports", "In favour.", true},
				{"oppose", "Opposes", "Against.", true},
				{"neutral", "Neutral", "Takes no side.", true},
				{"mixed", "Mixed", "In favour of part and against part.", true},
			},
		},
		{
			Name: "check_worthiness", Label: "Worth checking", Type: Choice, Kinds: on,
			Guideline: "Whether a fact-checker should look at it.",
			Values: []Value{
				{"not_factual", "Not factual", "An opinion, a question, a wish: nothing to check.", true},
				{"factual_unimportant", "Factual, unimportant", "It can be checked, and little hangs on it.", true},
				{"check_worthy", "Worth checking", "It can be checked, and readers should know.", true},
			},
		},
		{
			Name: "priority", Label: "Priority", Type: Choice, Kinds: on,
			Guideline: "How soon it should be checked.",
			Values: []Value{
				{"0", "None", "Not planned.", true},
				{"1", "Low", "When there is time.", true},
				{"2", "Medium", "This week.", true},
				{"3", "High", "Now.", true},
			},
		},
		{
			Name: "verdict", Label: "Verdict", Type: Choice, Kinds: on,
			Guideline: "What checking the claim's content has found. It says nothing about whether it was said.",
			Values: []Value{
				{"true", "True", "The evidence bears it out.", true},
				{"mostly_true", "Mostly true", "Right in what matters, wrong in a detail.", true},
				{"mixed", "Mixed", "Right and wrong parts weigh the same.", true},
				{"misleading", "Misleading", "Right by the letter, wrong in what it makes one think.", true},
				{"mostly_false", "Mostly false", "Wrong in what matters, right in a detail.", true},
				{"false", "False", "The evidence contradicts it.", true},
				{"unverifiable", "Unverifiable", "No evidence can settle it.", true},
				{"not_checked", "Not checked", "Chosen for checking, not checked yet.", true},
			},
		},
	}
}

func speakerAttributes() []Attribute {
	on := []string{Speaker}
	return []Attribute{
		{
			Name: "on_record", Label: "On the record", Type: Choice, Kinds: on, Active: true,
			Guideline: "On what terms the speaker let themselves be quoted, as far as the article tells.",
			Values: []Value{
				{"on_record", "On the record", "Quoted by name.", true},
				{"background", "Background", "Quoted, described and not named: a senior official.", true},
				{"deep_background", "Deep background", "Used without any hint at who it was.", true},
				{"off_record", "Off the record", "Said in confidence and published all the same.", true},
				{"not_stated", "Not stated", "The article does not let one tell.", true},
			},
		},
		{
			Name: "anonymity_reason", Label: "Reason for anonymity", Type: Prose, Kinds: on,
			Guideline: "Why the article says that it does not name the speaker, in its own words.",
		},
		{
			Name: "speaker_type", Label: "Named or not", Type: Choice, Kinds: on,
			Guideline: "How the article identifies the speaker.",
			Values: []Value{
				{"named_individual", "Named person", "Named here or elsewhere in the article.", true},
				{"unnamed_individual", "Unnamed person", "Described only: a dock worker.", true},
				{"named_group", "Named group", "An organisation, or several people with their names.", true},
				{"unnamed_group", "Unnamed group", "Described only: officials, residents, critics.", true},
			},
		},
		{
			Name: "affiliation", Label: "Affiliation", Type: Choice, Kinds: on,
			Guideline: "For whom the speaker stands here.",
			Values: []Value{
				{"government", "Government", "State, regional or local, of any country.", true},
				{"corporate", "Company", "A business or its spokesperson.", true},
				{"ngo", "Charity or campaign", "A non-governmental organisation.", true},
				{"industry_group", "Trade body", "Speaks for a branch of business.", true},
				{"religious_group", "Religious body", "A church, mosque, synagogue or the like.", true},
				{"academic", "Academic", "A university, institute or scholar.", true},
				{"media", "Media", "An outlet or journalist.", true},
				{"political_group", "Party or movement", "A political group outside government.", true},
				{"union", "Union", "A trade union.", true},
				{"other_group", "Other group", "Any other group.", true},
				{"actor", "Takes part", "Alone, and a party to the events.", true},
				{"witness", "Witness", "Alone, and saw or heard it.", true},
				{"victim", "Victim", "Alone, and harmed by it.", true},
				{"other", "Other", "Alone, and none of these.", true},
			},
		},
		{
			Name: "role", Label: "Part in the events", Type: Choice, Kinds: on,
			Guideline: "What the speaker has to do with what they speak of.",
			Values: []Value{
				{"decision_maker", "Decides", "Has the power over it.", true},
				{"participant", "Takes part", "Is involved without deciding.", true},
				{"representative", "Speaks for others", "A spokesperson or a lawyer.", true},
				{"informational", "Informs", "An expert or onlooker.", true},
			},
		},
		{
			Name: "status", Label: "In office", Type: Choice, Kinds: on,
			Guideline: "Whether the speaker still holds the position they are quoted for.",
			Values: []Value{
				{"current", "Current", "Holds it now.", true},
				{"former", "Former", "Held it once.", true},
			},
		},
	}
}

func sourceAttributes() []Attribute {
	on := []string{Source}
	return []Attribute{
		{
			Name: "source_type", Label: "Source type", Type: Choice, Kinds: on, Active: true,
			Guideline: "What kind of source it is.",
			Values: []Value{
				{"named_individual", "Named person", "A person passed it on and is named.", true},
				{"unnamed_individual", "Unnamed person", "A person passed it on and is not named.", true},
				{"named_group", "Named group", "An organisation, or several people with their names.", true},
				{"unnamed_group", "Unnamed group", "Officials, residents, people with knowledge of it.", true},
				{"document_report", "Document or report", "A report, letter, memo, study, release.", true},
				{"recording_transcript", "Recording or transcript", "Sound, video, or what was typed from it.", true},
				{"database", "Data", "A register, database or measurements.", true},
				{"vote_poll", "Vote or poll", "The result of an election, ballot or survey.", true},
				{"other_outlet", "Other outlet", "A newspaper, agency or broadcaster that had it first.", true},
				{"social_media_post", "Social media", "A post, thread, story or channel.", true},
				{"law_order", "Law or order", "A statute, decree, resolution or proposal for one.", true},
				{"court_record", "Court record", "A filing, judgment, transcript of a hearing.", true},
				{"author_observation", "Seen by the author", "The reporter saw or heard it.", true},
				{"unspecified", "Not specified", "It is mentioned and not described.", true},
			},
		},
		{
			Name: "channel", Label: "Channel", Type: Choice, Kinds: on, Active: true,
			Guideline: "By what way the words came from the speaker to the first who published them.",
			Values: []Value{
				{"interview", "Interview", "Said to a journalist who asked.", true},
				{"statement", "Statement", "Given out in writing or read aloud.", true},
				{"press_conference", "Press conference", "Said to journalists together.", true},
				{"public_speech", "Public speech", "Said in public, not to journalists: parliament, rally, sermon.", true},
				{"private_communication", "Private communication", "A call, letter or message not meant for publication.", true},
				{"published_work", "Published work", "A book, study, essay or column.", true},
				{"press_report", "Press report", "Another outlet published it.", true},
				{"social_media", "Social media", "Posted by the speaker.", true},
				{"court", "Court", "Said or filed in proceedings.", true},
				{"document", "Document", "In a paper of any other kind.", true},
				{"recording", "Recording", "On a recording of any other kind.", true},
				{"declined_comment", "Declined comment", "Asked for and refused.", true},
				{"direct_observation", "Direct observation", "The reporter was there.", true},
				{"unknown", "Unknown", "The article does not tell.", true},
			},
		},
		{
			Name: "verification", Label: "Verification", Type: Choice, Kinds: on, Active: true,
			Guideline: "Whether the article or the outlet it relies on says that it checked the source.",
			Values: []Value{
				{"verified_by_outlet", "Verified", "An outlet says that it checked it.", true},
				{"unverified_by_outlet", "Not verified", "An outlet says that it could not check it.", true},
				{"not_stated", "Not stated", "Nothing is said of it.", true},
			},
		},
	}
}

func cueAttributes() []Attribute {
	return []Attribute{
		{
			Name: "cue_stance", Label: "Author's distance", Type: Choice, Kinds: []string{Cue},
			Guideline: "How the article's own choice of cue places it towards the claim.",
			Values: []Value{
				{"neutral", "Neutral", "Said, told, according to.", true},
				{"endorsing", "Endorsing", "Pointed out, revealed, acknowledged: taken as true.", true},
				{"distancing", "Distancing", "Claimed, alleged, insisted: held at arm's length.", true},
			},
		},
	}
}

func linkAttributes() []Attribute {
	return []Attribute{
		{
			Name: "certainty", Label: "Certainty", Type: Choice, Roles: []LinkRole{RoleSpeaker, RoleSource}, Active: true,
			Guideline: "How certain **this** speaker or source makes the claim out to be. It is theirs, not yours: a speaker may be certain of what the outlet leaves open. " +
				"The conditional of hearsay (*aurait accepté*, *soll gesagt haben*, *reportedly*) leaves it open for the outlet.",
			Values: []Value{
				{"CT+", "Certain", "It is so.", true},
				{"PR+", "Probable", "It is probably so.", true},
				{"PS+", "Possible", "It may be so.", true},
				{"CT-", "Certainly not", "It is not so.", true},
				{"PR-", "Probably not", "It is probably not so.", true},
				{"PS-", "Possibly not", "It may not be so.", true},
				{"CTu", "Certain, side not told", "They know, and the text does not say which: she knows whether he signed.", true},
				{"Uu", "Left open", "They take no side, or say that they cannot tell.", true},
			},
		},
		{
			Name: "relation", Label: "Passed on by", Type: Choice, Roles: []LinkRole{RoleVia}, Active: true,
			Guideline: "What the next in the chain did with it.",
			Values: []Value{
				{"recorded_in", "Recorded in", "It was captured there: a tape, minutes, a letter.", true},
				{"reviewed_by", "Reviewed by", "They saw or heard the original.", true},
				{"transcribed_by", "Transcribed by", "They put it into writing.", true},
				{"translated_by", "Translated by", "They put it into another language.", true},
				{"reported_by", "Reported by", "They published it first, or on their own account.", true},
				{"republished_by", "Republished by", "They took it over from another outlet.", true},
			},
		},
	}
}
