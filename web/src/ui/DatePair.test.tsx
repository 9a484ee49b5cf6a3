import { MantineProvider } from "@mantine/core";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { DatePair } from "./DatePair";

afterEach(cleanup);

it("tells a day once its year is whole, and that it was taken out", () => {
  const onChange = vi.fn();
  render(
    <MantineProvider env="test">
      <DatePair from={undefined} to="2020-02-03" onChange={onChange} />
    </MantineProvider>,
  );
  const [from, to] = [screen.getByLabelText("From"), screen.getByLabelText("Until")];
  for (const year of ["0002", "0020", "0201", "2019"])
    fireEvent.change(from, { target: { value: `${year}-07-04` } });
  expect(onChange.mock.calls).toEqual([[{ from: "2019-07-04" }]]);
  fireEvent.change(to, { target: { value: "" } });
  expect(onChange).toHaveBeenLastCalledWith({ to: undefined });
});
