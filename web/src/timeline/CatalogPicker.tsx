import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { api } from "~/api/client";
import type { Filters } from "~/lib/filters";
import { count } from "~/lib/format";

export function useCatalogs() {
  return useQuery({ queryKey: ["catalogs"], queryFn: api.catalogs });
}

/** Which catalog is shown; not there while there is only one. */
export function CatalogPicker({
  filters,
  onChange,
}: {
  filters: Filters;
  onChange: (filters: Filters) => void;
}) {
  const { data = [] } = useCatalogs();
  if (data.length < 2) return null;
  const current = data.find(({ id }) => id === filters.catalog);
  const tick = (on: boolean) => (on ? <IconCheck size={16} aria-hidden /> : <span style={{ width: 16 }} />);
  return (
    <Menu position="bottom-end" width={260} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          variant="default"
          rightSection={<IconChevronDown size={15} aria-hidden />}
          aria-label={`Catalog: ${current?.name ?? "all"}`}
        >
          {current?.name ?? "All catalogs"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          data-autofocus
          leftSection={tick(!current)}
          onClick={() => onChange({ ...filters, catalog: undefined })}
        >
          All catalogs
        </Menu.Item>
        {data.map(({ id, name, images }) => (
          <Menu.Item
            key={id}
            leftSection={tick(id === filters.catalog)}
            rightSection={count(images)}
            onClick={() => onChange({ ...filters, catalog: id })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
