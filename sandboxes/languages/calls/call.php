<?php
// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
// Strict types hold for calls from this file: what does not fit a declared parameter is a TypeError.
declare(strict_types=1);

final class Harness
{
    const SOURCE = "/program/main.php", CLASS_NAME = "{{class_name}}", FUNCTION = "{{function}}";
    const FLOATS = ["nan" => NAN, "inf" => INF, "-inf" => -INF];
    const DEPTH = 1 << 20;

    static function decode(mixed $form): mixed
    {
        if (is_array($form)) return array_map(self::decode(...), $form);
        if (!is_object($form)) return $form;
        $form = get_object_vars($form);
        $tag = (string) array_key_first($form);
        if (!str_starts_with($tag, "$")) return array_map(self::decode(...), $form);
        $content = $form[$tag];
        return match ($tag) {
            '$tuple', '$set', '$frozenset' => self::decode($content),
            '$dict' => array_column(self::decode($content), 1, 0),
            '$float' => self::FLOATS[$content],
            '$int' => $content === "-8000000000000000" ? PHP_INT_MIN : throw new TypeError("0x$content is beyond 64 bits"),
            '$bytes' => base64_decode($content),
            default => throw new TypeError("a value of kind $tag has no form in PHP"),
        };
    }

    static function encode(mixed $value): mixed
    {
        if (is_float($value) && !is_finite($value))
            return ['$float' => is_nan($value) ? "nan" : ($value > 0 ? "inf" : "-inf")];
        if (is_string($value)) return preg_match("//u", $value) ? $value : ['$opaque' => "string that is no UTF-8"];
        if ($value instanceof stdClass) return self::dictionary(get_object_vars($value));
        if (is_array($value))
            return array_is_list($value) ? array_map(self::encode(...), $value) : self::dictionary($value);
        return is_scalar($value) || $value === null ? $value : ['$opaque' => get_debug_type($value)];
    }

    static function dictionary(array $items): array
    {
        $pair = fn(mixed $key, mixed $item) => [self::encode($key), self::encode($item)];
        return ['$dict' => array_map($pair, array_keys($items), $items)];
    }

    static function callee(): callable
    {
        require self::SOURCE;
        $owner = self::CLASS_NAME === "" ? null : new (self::CLASS_NAME)();
        $callee = $owner === null ? self::FUNCTION : [$owner, self::FUNCTION];
        return is_callable($callee) ? $callee : throw new Error("the program has no function " . self::FUNCTION);
    }

    // PHP itself drops arguments that a function does not declare.
    static function refuse_others(callable $callee, array $args): void
    {
        $takes = new ReflectionFunction(Closure::fromCallable($callee));
        $count = $takes->getNumberOfParameters();
        if (count($args) > $count && !$takes->isVariadic())
            throw new ArgumentCountError(self::FUNCTION . " takes $count arguments, " . count($args) . " were given");
    }

    static function report(string $key, mixed $form): void
    {
        $flags = JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR;
        fwrite(fopen("php://fd/3", "w"), json_encode([$key => $form], $flags, self::DEPTH));
    }

    static function main(): int
    {
        $form = json_decode(stream_get_contents(STDIN), false, self::DEPTH, JSON_THROW_ON_ERROR);
        try {
            $args = [...self::decode($form[0]), ...self::decode($form[1])];
            $callee = self::callee();
            self::refuse_others($callee, $args);
            self::report("returned", self::encode($callee(...$args)));
            return 0;
        } catch (Throwable $error) {
            $message = preg_match("//u", $error->getMessage()) ? $error->getMessage() : "";
            self::report("raised", [get_class($error), substr($message, 0, 2000)]);
            fwrite(STDERR, "$error\n");
            return 1;
        }
    }
}

exit(Harness::main());
