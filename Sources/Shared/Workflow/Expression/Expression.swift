internal import JobModel

/// An expression of the file, as in `jobs.analyze.output.risk == 'high'`.
///
/// Its length, its nesting and the steps of its evaluation are bounded, and it can do nothing but read its context.
package struct Expression: Equatable, Sendable, CustomStringConvertible {
    /// What an expression may refer to.
    package enum Reference: Hashable, Sendable {
        /// `params.NAME`
        case param(String)
        /// `jobs.NAME.output`
        case output(job: String)
        /// `jobs.NAME.state`
        case state(job: String)
        /// `run.id` or `run.workflow`
        case run(RunField)
        /// `trigger.due_at` and the like, in the params of a trigger
        case trigger(TriggerField)
        /// `item`, `index`, `round`, `previous.output` or `output`; in rules of `approve` also `arguments` and `tool`
        case local(Local)
    }

    /// What a job knows of itself.
    package enum Local: String, CaseIterable, Sendable {
        /// The element of the list over which the job is mapped.
        case item
        /// The element's place, counted from 0.
        case index
        /// The round of a loop, counted from 1.
        case round
        /// What the round before left; `previous.output`.
        case previous
        /// In rules of `approve` the arguments of the call.
        case arguments
        /// In rules of `approve` the name of the tool that is called.
        case tool
        /// What the round has just left, in `until`; in rules of `approve` what the agent has come to.
        case output
        /// What the items of a mapped job have left, in `fold`: a list, null for those that left nothing.
        case outputs
    }

    /// What an expression may ask of its run.
    package enum RunField: String, CaseIterable, Sendable {
        /// The run's number.
        case id
        /// The name of the run's workflow.
        case workflow
    }

    /// What the params of a trigger may ask of it.
    package enum TriggerField: String, CaseIterable, Sendable {
        /// The name of the schedule.
        case schedule
        /// The due time with the offset of the schedule's zone.
        case dueAt = "due_at"
        /// The date of the due time on the clocks of the zone.
        case date
        /// The due time in seconds since 1970.
        case timestamp
    }

    /// The longest expression, in bytes.
    package static let maximumLength = 4_000
    /// The deepest nesting of parentheses, calls, indices and `!`.
    package static let maximumNesting = 32

    /// The expression as it is written, without the space around it.
    package let source: String
    let root: Node

    /// Reads an expression.
    ///
    /// - Throws: `ExpressionSyntaxError` for anything that is no expression, an unknown function or name at the root,
    ///   and a wrong number of arguments.
    package init(parsing text: String) throws(ExpressionSyntaxError) {
        var parser = try ExpressionParser(text)
        root = try parser.parseWhole()
        source = text.trimmed
    }

    init(source: String, root: Node) {
        self.source = source
        self.root = root
    }

    package var description: String { source }

    /// Everything that the expression refers to.
    package var references: Set<Reference> {
        var found: Set<Reference> = []
        root.visitReferences { found.insert($0) }
        return found
    }

    /// A part of an expression.
    indirect enum Node: Equatable, Sendable {
        case literal(JSONValue)
        case reference(Reference)
        case path(Node, [Step])
        case not(Node)
        case all([Node])
        case any([Node])
        case comparison(Comparison, Node, Node)
        case call(Function, [Node])
    }

    /// A step from a value into it.
    enum Step: Equatable, Sendable {
        case key(String)
        case index(Node)
    }

    /// How two values are compared.
    enum Comparison: String, Sendable {
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// What can be called.
    enum Function: String, CaseIterable, Sendable {
        case length, contains, `default`, json, lower, upper, join, pluck, sum, min, max
        case startsWith = "starts_with"
        case endsWith = "ends_with"

        /// The number of arguments.
        var arity: Int {
            switch self {
            case .length, .json, .lower, .upper, .sum, .min, .max: 1
            case .contains, .default, .join, .pluck, .startsWith, .endsWith: 2
            }
        }
    }
}

extension Expression.Node {
    fileprivate func visitReferences(_ visit: (Expression.Reference) -> Void) {
        switch self {
        case .literal: break
        case .reference(let reference): visit(reference)
        case .path(let base, let steps):
            base.visitReferences(visit)
            for case .index(let index) in steps { index.visitReferences(visit) }
        case .not(let operand): operand.visitReferences(visit)
        case .all(let operands), .any(let operands), .call(_, let operands):
            for operand in operands { operand.visitReferences(visit) }
        case .comparison(_, let left, let right):
            left.visitReferences(visit)
            right.visitReferences(visit)
        }
    }
}

extension String {
    /// The text without the white space around it.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
