import JobModel
import Testing

@testable import Workflow

@Suite struct SQLQueryTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT 1", []),
        ("SELECT ${{ params.a }}, ${{run.id}}::int", "SELECT $1, $2::int", ["params.a", "run.id"]),
        ("SELECT 'a''b', ${{ params.a }}", "SELECT 'a''b', $1", ["params.a"]),
        ("SELECT '$1', ${{ params.a }} -- $2 it's", "SELECT '$1', $1 -- $2 it's", ["params.a"]),
        ("SELECT -- '\n${{ params.a }}", "SELECT -- '\n$1", ["params.a"]),
        ("SELECT /* ' /* ' */ */ ${{ params.a }}", "SELECT /* ' /* ' */ */ $1", ["params.a"]),
        ("SELECT $$ ' $1 $$, $x$ $$ $x$, ${{ params.a }}", "SELECT $$ ' $1 $$, $x$ $$ $x$, $1", ["params.a"]),
        (#"SELECT E'\'', '\', ${{ params.a }}"#, #"SELECT E'\'', '\', $1"#, ["params.a"]),
        (#"SELECT a LIKE'C:\', ${{ params.a }}"#, #"SELECT a LIKE'C:\', $1"#, ["params.a"]),
        (#"SELECT e'\'', "x"E'\'', ${{ params.a }}"#, #"SELECT e'\'', "x"E'\'', $1"#, ["params.a"]),
        (#"SELECT "a$1" FROM a$1 WHERE ${{ params.a }}=b"#, #"SELECT "a$1" FROM a$1 WHERE $1=b"#, ["params.a"]),
        ("(${{ params.a }})", "($1)", ["params.a"]),
    ])
    func bindsExpressions(_ text: String, _ bound: String, _ parameters: [String]) throws {
        let query = try SQLQuery(Template(parsing: text))
        #expect(query.text == bound)
        #expect(query.parameters.map(\.source) == parameters)
    }

    @Test(arguments: [
        ("SELECT '${{ params.a }}'", "the expression \"params.a\" stands in quotes, where no value can be bound"),
        ("SELECT \"${{ params.a }}\"", "the expression \"params.a\" stands in quotes, where no value can be bound"),
        ("SELECT $$${{ params.a }}$$", "the expression \"params.a\" stands in quotes, where no value can be bound"),
        ("SELECT 1 -- ${{ params.a }}", "the expression \"params.a\" stands in a comment, where no value can be bound"),
        ("/* ${{ params.a }} */", "the expression \"params.a\" stands in a comment, where no value can be bound"),
        ("SELECT t_${{ params.a }}", "an expression touches a name, a number or another expression"),
        ("SELECT ${{ params.a }}0", "an expression touches a name, a number or another expression"),
        ("SELECT ${{ params.a }}${{ params.a }}", "an expression touches a name, a number or another expression"),
        ("SELECT $1, ${{ params.a }}", "the query holds $1, which has no value"),
        ("SELECT $2", "the query holds $2, which has no value"),
        ("SELECT 'a", "a quote is not closed"),
        ("SELECT $x$ a", "a quote is not closed"),
        ("SELECT /* a", "a comment is not closed"),
    ])
    func refusesWhatCannotBeBound(_ text: String, _ reason: String) throws {
        let template = try Template(parsing: text)
        let error = #expect(throws: SQLQueryError.self) { try SQLQuery(template) }
        #expect(error?.reason == reason)
    }

    @Test func givesTheValuesInTheOrderOfTheirNumbers() throws {
        let query = try SQLQuery(Template(parsing: "SELECT ${{ params.limit }}, ${{ params.segment }}"))
        #expect(try query.values(in: ExpressionTests.context) == [20, "enterprise"])
    }
}
