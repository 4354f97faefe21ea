# Calls one function of the candidate's and reports its value; see README.md beside the declarations.
require "json"
require "set"

module Harness
  SOURCE, CLASS_NAME, FUNCTION = "/program/main.rb", "{{class_name}}", "{{function}}"
  RESULT = IO.for_fd(3, "wb")
  FLOATS = { "nan" => Float::NAN, "inf" => Float::INFINITY, "-inf" => -Float::INFINITY }

  def self.decode(form)
    return form.map { |item| decode(item) } if form.is_a?(Array)
    return form unless form.is_a?(Hash)
    tag, content = form.first
    return form.transform_values { |item| decode(item) } unless tag&.start_with?("$")
    case tag
    when "$tuple" then decode(content)
    when "$set", "$frozenset" then decode(content).to_set
    when "$dict" then decode(content).to_h
    when "$float" then FLOATS[content]
    when "$int" then content.to_i(16)
    when "$bytes" then content.unpack1("m")
    else raise TypeError, "a value of kind #{tag} has no form in Ruby"
    end
  end

  def self.encode(value)
    case value
    when nil, true, false then value
    when Integer then value.bit_length < 64 ? value : { "$int" => value.to_s(16) }
    when Float then value.finite? ? value : { "$float" => value.nan? ? "nan" : value > 0 ? "inf" : "-inf" }
    when String, Symbol then text(value.to_s)
    when Array then value.map { |item| encode(item) }
    when Set then { "$set" => value.map { |item| encode(item) } }
    when Hash then { "$dict" => value.map { |pair| encode(pair) } }
    else { "$opaque" => value.class.name.to_s }
    end
  end

  def self.text(value)
    utf8 = value.encoding == Encoding::BINARY ? value.dup.force_encoding("UTF-8") : value.encode("UTF-8")
    utf8.valid_encoding? ? utf8 : { "$opaque" => "String that is no UTF-8" }
  rescue EncodingError
    { "$opaque" => "String that is no UTF-8" }
  end

  def self.report(key, form)
    RESULT.write(JSON.generate({ key => form }, max_nesting: 0))
    RESULT.flush
  end

  def self.call(args, kwargs)
    has_class = !CLASS_NAME.empty? && Object.const_defined?(CLASS_NAME)
    receiver = has_class ? Object.const_get(CLASS_NAME).new : TOPLEVEL_BINDING.receiver
    found = receiver.respond_to?(FUNCTION, true)
    raise NoMethodError, "the program has no function #{FUNCTION}" unless found
    receiver.send(FUNCTION, *args, **kwargs.transform_keys(&:to_sym))
  end

  def self.main(form)
    arguments = decode(form)
    load(SOURCE)
    report("returned", encode(call(*arguments)))
  rescue SystemExit
    raise
  rescue Exception => error
    report("raised", [error.class.name, error.message.scrub[0, 2000]])
    raise
  end
end

Harness.main(JSON.parse($stdin.read, max_nesting: 0))
