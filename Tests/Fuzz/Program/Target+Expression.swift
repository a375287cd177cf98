import JobModel
import Workflow

extension FuzzTarget {
    /// The reader and the evaluator of expressions and of texts that hold them.
    static let expression = FuzzTarget(
        name: "expression",
        seeds: {
            [
                "params.a == 'x' && !(jobs.a.output.b[0] > 1.5) || contains(params.l, 3)",
                "${{ params.a }} and ${{ jobs.a.output['k'].x }}", "https://x.test/${{ params.s }}?q=${{ run.id }}",
                "SELECT '${{ params.a }}', $$x$$, \"q\" /* ${{ params.s }} */ FROM t WHERE a = ${{ params.n }} -- x",
                "join(params.l, ', ') != default(params.o.x, \"y\\n\")", "length(json(params)) >= 3",
            ].map { Array($0.utf8) }
        },
        words: [
            "${{", "}}", "params.", "params.a", "params.l", "params.o", "params.s", "params.big", "jobs.a.output",
            "run.id", "run.workflow", "==", "!=", "<=", "&&", "||", "!", "(", ")", "[", "]", ".", ",", "'", "\"", "\\",
            "length(", "contains(", "default(", "json(", "join(", "lower(", "starts_with(", "true", "null", "$1", "$$",
            "--", "/*", "*/", "E'", "\n",
        ],
        generate: { generator in
            let text = GeneratedExpression.text(depth: 6, &generator)
            return Array((generator.oneIn(2) ? text : "a ${{ \(text) }} b").utf8)
        },
        read: { input in
            let text = String(decoding: input, as: UTF8.self)
            var words: [String] = []
            do throws(ExpressionSyntaxError) {
                let expression = try Expression(parsing: text)
                words.append(value(expression))
                let again = try? Expression(parsing: expression.source)
                require(again == expression, "not the same when its source is read again")
            } catch {
                words.append(outcome(error.reason))
            }
            do throws(ExpressionSyntaxError) {
                let template = try Template(parsing: text)
                words.append(rendered(template))
                words.append(bound(template))
            } catch {
                require(error.column >= 1, "an error in column \(error.column)")
                words.append(outcome(error.reason))
            }
            return words.joined(separator: "; ")
        }
    )

    private static let context: ExpressionContext = {
        let big = JSONValue.array((0..<20_000).map { .integer($0) })
        return ExpressionContext(
            params: [
                "a": "x", "s": "../é😀\u{301}", "n": 1.5, "l": [1, "2", [3], nil], "o": ["x": ["y": [true]], "": 0],
                "big": big, "t": .string(String(repeating: "ab", count: 50_000)),
            ],
            run: ["id": 7, "workflow": "w"],
            outputs: ["a": ["b": [1, 2], "k": ["x": "v"]]]
        )
    }()

    private static func value(_ expression: Expression) -> String {
        do throws(ExpressionError) {
            return try expression.evaluate(in: context).typeName
        } catch {
            return outcome("\(error.reason)")
        }
    }

    private static func rendered(_ template: Template) -> String {
        do throws(ExpressionError) {
            return try template.text(in: context).isEmpty ? "empty" : "text"
        } catch {
            return outcome("\(error.reason)")
        }
    }

    private static func bound(_ template: Template) -> String {
        var words: [String] = []
        do throws(SQLQueryError) {
            let query = try SQLQuery(template)
            // Whatever it holds, the text of a statement never holds what an expression gives.
            require(query.text.utf8.count < 40_000_000, "a statement that grew")
            words.append((try? query.values(in: context)).map { "\(min($0.count, 3)) values" } ?? "no values")
        } catch {
            words.append(outcome(error.reason))
        }
        do throws(URLTemplateError) {
            let address = try URLTemplate(template)
            let url = try? address.url(in: context)
            require(url?.utf8.allSatisfy { (0x21...0x7E).contains($0) } ?? true, "an address with \(url ?? "")")
            words.append(url == nil ? "no address" : "address")
        } catch {
            words.append(outcome(error.reason))
        }
        return words.joined(separator: ", ")
    }
}
